#!/bin/sh
# Deploys one cluster from a released template with the AWS CLI: uploads the template and its code, then creates or updates
# the stack. Run it again with changed parameters or a newer release to update.
set -eu

usage() {
  cat <<'EOF'
Usage: ./deploy.sh --bucket BUCKET --stack NAME --parameters FILE [--template two-nodes|three-nodes] [-- AWS OPTIONS]

  --bucket BUCKET      an S3 bucket of the Region of the cluster, for the template and the code
  --stack NAME         the stack that is created or updated, such as vip-failover-mail
  --parameters FILE    the values: a copy of two-nodes.parameters.json or three-nodes.parameters.json
  --template NAME      two-nodes (default) or three-nodes
  --                   what follows goes to both aws commands, such as --region ap-northeast-1 --profile prod

Needs the AWS CLI, and permission for what the template creates.
EOF
}

fail() {
  printf 'deploy.sh: %s\n' "$1" >&2
  exit "${2:-1}"
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
bucket='' stack='' parameters='' template='two-nodes'

while [ $# -gt 0 ]; do
  case $1 in
    --bucket | --stack | --parameters | --template)
      [ $# -ge 2 ] || fail "$1 needs a value. Try --help." 2
      case $1 in
        --bucket) bucket=$2 ;;
        --stack) stack=$2 ;;
        --parameters) parameters=$2 ;;
        --template) template=$2 ;;
      esac
      shift 2
      ;;
    -h | --help) usage && exit 0 ;;
    --) shift && break ;;
    *) fail "unknown argument $1. Options of the AWS CLI stand after --. Try --help." 2 ;;
  esac
done

[ -n "$bucket" ] || fail '--bucket is missing: name an S3 bucket of the Region, for the template and the code. Try --help.' 2
[ -n "$stack" ] || fail '--stack is missing: name the stack, such as vip-failover-mail. Try --help.' 2
[ -n "$parameters" ] || fail "--parameters is missing: copy $template.parameters.json, fill it in and name the copy. Try --help." 2
[ -r "$parameters" ] || fail "there is no file $parameters with the parameters, or it cannot be read." 2
[ -r "$here/$template.template.json" ] || fail "there is no template $template here; allowed: two-nodes, three-nodes." 2
command -v aws >/dev/null 2>&1 || fail 'the AWS CLI (aws) is not installed: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html'

packaged="$here/packaged.template.json"
aws cloudformation package --template-file "$here/$template.template.json" --s3-bucket "$bucket" \
  --s3-prefix vip-failover --use-json --output-template-file "$packaged" "$@" >/dev/null ||
  fail "the code could not be uploaded to the bucket $bucket; what aws said stands above."

# The template is larger than what CloudFormation takes in a request, so it goes by the bucket too.
aws cloudformation deploy --template-file "$packaged" --stack-name "$stack" --s3-bucket "$bucket" \
  --s3-prefix vip-failover --capabilities CAPABILITY_IAM --parameter-overrides "file://$parameters" \
  --no-fail-on-empty-changeset "$@" ||
  fail "the stack $stack was not deployed; what CloudFormation said stands above. Each resource: aws cloudformation describe-stack-events --stack-name $stack"

aws cloudformation describe-stacks --stack-name "$stack" --query 'Stacks[0].Outputs[].[OutputKey,OutputValue]' --output text "$@"
