usage() {
  cat <<END
Usage: ./destroy.sh [options]

Deletes the stacks of $title, in reverse order, and lists the resources that are kept.

  --yes
      Do not ask for confirmation
  --profile <profile>, --profile <account>=<profile>
      Profile of the AWS CLI, for all accounts or for one
  -h, --help
END
}

confirmed=no
while [[ $# -gt 0 ]]; do
  case $1 in
    -h | --help)
      usage
      exit
      ;;
    --yes)
      confirmed=yes
      shift
      ;;
    --profile)
      value=$(value_of "$@")
      add_profile "$value"
      shift 2
      ;;
    *) fail "Unknown option $1. See ./destroy.sh --help." ;;
  esac
done

found=no
list() {
  use_account "$account"
  describe "$stack"
  if [[ -z $status ]]; then
    printf '%s (%s): not deployed\n' "$stack" "$region"
    return
  fi
  [[ $protected != True ]] ||
    fail "The stack $stack in $region has termination protection. Disable it first: aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name $stack --region $region"
  found=yes
  printf '%s (%s): delete\n' "$stack" "$region"
  local id type name resources
  resources=$(in_aws cloudformation list-stack-resources --stack-name "$stack" --output text \
    --query 'StackResourceSummaries[].[LogicalResourceId, ResourceType, PhysicalResourceId]')
  while IFS=$'\t' read -r id type name; do
    if [[ $kept == *" $id "* ]]; then printf '  kept: %s %s\n' "$type" "$name"; fi
  done <<<"$resources"
}

delete() {
  use_account "$account"
  describe "$stack"
  [[ -n $status ]] || return 0
  say "$stack ($region): deleting"
  delete_stack "$stack"
  say "$stack ($region): deleted"
}

stacks list
if [[ $found == no ]]; then
  say 'Nothing to delete.'
  exit
fi
printf 'Also kept: the buckets for functions and large templates, and the stacks that created them (<prefix>-assets).\n'
if [[ $confirmed == no ]]; then
  [[ -t 0 ]] || fail 'Nothing was deleted. Specify --yes.'
  read -r -p "Type $title to delete these stacks: " answer
  [[ $answer == "$title" ]] || fail 'Nothing was deleted.'
fi
stacks delete
say "$title is deleted. The resources listed above as kept still exist, and are charged."
