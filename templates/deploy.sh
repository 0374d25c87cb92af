usage() {
  cat <<END
Usage: ./deploy.sh [options]

Deploys the stacks of $title in order. Run it again after a failure: it continues
where it stopped. A run without changes changes nothing.

  --assets-bucket-prefix <prefix>
      Prefix of the buckets for functions and large templates:
      <prefix>-<account>-<region>. A bucket that does not exist is created.
      Default: the bucket of the CDK bootstrap stack if it exists, otherwise
      cdk-media-replication.
  --profile <profile>, --profile <account>=<profile>
      Profile of the AWS CLI, for all accounts or for one
  -h, --help
END
}

prefix=''
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help)
      usage
      exit
      ;;
    --assets-bucket-prefix)
      prefix=$(value_of "$@")
      shift 2
      ;;
    --profile)
      value=$(value_of "$@")
      add_profile "$value"
      shift 2
      ;;
    *) fail "Unknown option $1. See ./deploy.sh --help." ;;
  esac
done
[[ -z $prefix || $prefix =~ ^[a-z0-9][a-z0-9-]{1,33}$ ]] ||
  fail "--assets-bucket-prefix: got $prefix, expected 2 to 34 lowercase letters, digits and hyphens"

# Regions that are disabled by default must be enabled for the account.
check_region() {
  use_account "$account"
  local checked_region=$region
  local region=$base_region state
  if ! state=$(in_aws ec2 describe-regions --all-regions --region-names "$checked_region" \
    --query 'Regions[0].OptInStatus' --output text 2>"$errors"); then
    warn "Could not check whether the region $checked_region is enabled: $(tail -n 1 "$errors")"
  elif [[ $state == not-opted-in ]]; then
    fail "The region $checked_region is not enabled in account $account_id. Enable it: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html"
  fi
}

bucket_exists() {
  in_aws s3api head-bucket --bucket "$bucket" --expected-bucket-owner "$account_id" >/dev/null 2>"$errors" && return
  grep -q '(404)' "$errors" ||
    fail "The bucket $bucket cannot be used: $(tail -n 1 "$errors"). Specify another --assets-bucket-prefix."
  return 1
}

# Sets bucket.
find_bucket() {
  if [[ -z $prefix ]]; then
    bucket=cdk-$qualifier-assets-$account_id-$region
    if bucket_exists; then return; fi
  fi
  bucket=${prefix:-cdk-media-replication}-$account_id-$region
  if ! bucket_exists; then create_bucket; fi
}

# By a stack of its own, so that an interrupted run leaves no incomplete bucket.
create_bucket() {
  local stack=${prefix:-cdk-media-replication}-assets file=assets-bucket large=no protect=no
  deploy "ParameterKey=BucketName,ParameterValue=$bucket"
}

upload() { # file, key
  # Without permission to list the bucket, a missing object is not told from a forbidden one.
  if in_aws s3api head-object --bucket "$bucket" --key "$2" --expected-bucket-owner "$account_id" >/dev/null 2>&1; then
    return
  fi
  say "  uploading $2"
  in_aws s3api put-object --bucket "$bucket" --key "$2" --body "$1" --expected-bucket-owner "$account_id" >/dev/null
}

# Sets state and reason of a change set.
read_change_set() {
  local line
  line=$(in_aws cloudformation describe-change-set --stack-name "$stack" --change-set-name "$token" --no-paginate \
    --query '[Status, StatusReason]' --output text)
  IFS=$'\t' read -r state reason <<<"$line"
}

# Creates or updates a stack with a change set.
deploy() { # parameters
  settle "$stack"
  local type=UPDATE
  case $status in
    '') type=CREATE ;;
    REVIEW_IN_PROGRESS | ROLLBACK_COMPLETE | ROLLBACK_FAILED)
      say "$stack ($region): deleting the remains of an earlier attempt ($status)"
      delete_stack "$stack"
      type=CREATE
      ;;
    CREATE_FAILED | DELETE_FAILED | UPDATE_FAILED | *_ROLLBACK_FAILED)
      fail "The stack $stack in $region is $status, and cannot be updated. Resolve this in the CloudFormation console first: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html"
      ;;
  esac

  local token state reason
  token=deploy-$(date -u +%Y%m%d%H%M%S)-$$
  local options=(--template-body "file://deploy/$file.json")
  if [[ $large == yes ]]; then
    upload "deploy/$file.json" "$template_key"
    options=(--template-url "https://$bucket.s3.$region.$dns_suffix/$template_key")
  fi
  if [[ $# -gt 0 ]]; then options+=(--parameters "$@"); fi
  in_aws cloudformation create-change-set --stack-name "$stack" --change-set-name "$token" --change-set-type "$type" \
    --cli-input-json "file://deploy/$file.request.json" "${options[@]}" >/dev/null
  read_change_set
  while [[ $state == CREATE_PENDING || $state == CREATE_IN_PROGRESS ]]; do
    sleep "$poll_seconds"
    read_change_set
  done
  if [[ $state == FAILED ]]; then
    in_aws cloudformation delete-change-set --stack-name "$stack" --change-set-name "$token"
    case $reason in
      *"didn't contain changes"* | *'No updates are to be performed'*) say "$stack ($region): no changes" ;;
      *) fail "The change set of $stack in $region failed: $reason" ;;
    esac
  else
    say "$stack ($region): $(tr '[:upper:]' '[:lower:]' <<<"$type")"
    in_aws cloudformation execute-change-set --stack-name "$stack" --change-set-name "$token" \
      --client-request-token "$token"
    settle "$stack"
    while [[ $status == REVIEW_IN_PROGRESS ]]; do # has not begun yet
      sleep "$poll_seconds"
      settle "$stack"
    done
    if [[ $status != "${type}_COMPLETE" ]]; then
      reasons "$stack" "$token"
      fail "The stack $stack in $region failed ($status). Correct the cause, then run ./deploy.sh again: it continues with this stack."
    fi
    say "$stack ($region): $status"
  fi
  if [[ $protect == yes && $protected != True ]]; then
    in_aws cloudformation update-termination-protection --stack-name "$stack" --enable-termination-protection >/dev/null
    say "$stack ($region): termination protection enabled"
  elif [[ $protect == no && $protected == True ]]; then
    warn "The stack $stack in $region has termination protection, which the config does not specify. It was not disabled."
  fi
}

deploy_in_order() {
  use_account "$account"
  if [[ -z $assets && $large == no ]]; then
    deploy
    return
  fi
  find_bucket
  local asset
  for asset in $assets; do upload "deploy/$asset" "$asset"; done
  if [[ -n $assets ]]; then deploy "ParameterKey=AssetsBucket,ParameterValue=$bucket"; else deploy; fi
}

stacks check_region
stacks deploy_in_order
say "$title is deployed."
