set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Version 2 of the AWS CLI would open a pager, and might prompt. Version 1 reads files in the encoding of the locale.
export AWS_PAGER='' AWS_CLI_AUTO_PROMPT=off AWS_CLI_FILE_ENCODING=UTF-8
poll_seconds=${POLL_SECONDS:-5}
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
trap 'printf "\nInterrupted. CloudFormation completes an operation in progress. Run the script again to continue.\n" >&2; exit 130' INT TERM

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }
warn() { printf 'warning  %s\n' "$*" >&2; }
fail() {
  printf 'error  %s\n' "$*" >&2
  exit 1
}

# Runs the AWS CLI in the region and with the profile in use.
in_aws() { aws "$@" --region "$region" ${profile:+--profile "$profile"}; }

# The value of an option.
value_of() { # option and its value
  [[ $# -gt 1 && -n $2 ]] || fail "$1 requires a value."
  printf '%s' "$2"
}

default_profile=''
profiles=' '
add_profile() { # profile, or account=profile
  case $1 in
    *=*) profiles="$profiles$1 " ;;
    *) default_profile=$1 ;;
  esac
}

# Selects the profile of an account, and checks the account of its credentials. Sets account_id.
checked=none
use_account() { # account, or nothing for that of the credentials
  [[ $checked == "$1" ]] && return
  profile=$default_profile
  local rest=${profiles#* "$1="}
  if [[ -n $1 && $rest != "$profiles" ]]; then profile=${rest%% *}; fi
  local region=$base_region
  account_id=$(in_aws sts get-caller-identity --query Account --output text) ||
    fail "The AWS CLI has no valid credentials${profile:+ in the profile $profile}. Sign in, or specify --profile."
  [[ -z $1 || $1 == "$account_id" ]] ||
    fail "The credentials belong to account $account_id, expected $1. Use credentials of $1, or specify --profile $1=<profile>."
  checked=$1
}

# Sets status (empty if the stack does not exist), protected and stack_id.
describe() { # stack
  local line
  if line=$(in_aws cloudformation describe-stacks --stack-name "$1" --no-paginate --output text \
    --query 'Stacks[0].[StackStatus, EnableTerminationProtection, StackId]' 2>"$errors"); then
    IFS=$'\t' read -r status protected stack_id <<<"$line"
  elif grep -q 'does not exist' "$errors"; then
    status='' protected=False stack_id=''
  else
    fail "$(<"$errors")"
  fi
}

# Waits for the operation in progress, if any, and shows its progress.
settle() { # stack name or id
  local shown="" finished
  while describe "$1" && [[ $status == *_IN_PROGRESS && $status != REVIEW_IN_PROGRESS ]]; do
    finished=$(in_aws cloudformation list-stack-resources --stack-name "$1" --output text --query \
      "StackResourceSummaries[?ResourceStatus == '${status%%_*}_COMPLETE'].LogicalResourceId" 2>/dev/null | wc -w) || finished=0
    if [[ "$status $finished" != "$shown" ]]; then say "  $status: $((finished)) resources"; fi
    shown="$status $finished"
    sleep "$poll_seconds"
  done
}

# Shows why the resources of an operation failed.
reasons() { # stack, token of the operation
  in_aws cloudformation describe-stack-events --stack-name "$1" --output text --query \
    "StackEvents[?ClientRequestToken=='$2' && ends_with(ResourceStatus, '_FAILED')].[LogicalResourceId, ResourceStatusReason]" \
    >&2 || true
}

delete_stack() { # stack
  local token
  token=delete-$(date -u +%Y%m%d%H%M%S)-$$
  describe "$1"
  [[ -n $status ]] || return 0
  # By its id, a deleted stack can still be described.
  local id=$stack_id
  in_aws cloudformation delete-stack --stack-name "$id" --client-request-token "$token"
  settle "$id"
  if [[ -n $status && $status != DELETE_COMPLETE ]]; then
    reasons "$id" "$token"
    fail "The stack $1 was not deleted ($status)."
  fi
}

command -v aws >/dev/null ||
  fail 'The AWS CLI (aws) was not found. Install it: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html'
