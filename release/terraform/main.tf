locals {
  release  = "${path.module}/.."
  template = length(var.nodes) == 3 ? "three-nodes" : "two-nodes"
  assets   = fileset(local.release, "assets/*.zip")

  # The template names its code as files beside it; CloudFormation wants a bucket. "aws cloudformation package" does the same.
  body = replace(
    file("${local.release}/${local.template}.template.json"),
    "/\"Code\": \"(assets/[^\"]+)\"/",
    "\"Code\": {\"S3Bucket\": \"${var.bucket}\", \"S3Key\": \"${var.prefix}$1\"}"
  )

  node_parameters = merge([
    for index, node in var.nodes : {
      "Node${index + 1}InstanceId"         = node.instance_id
      "Node${index + 1}NetworkInterfaceId" = node.network_interface_id
    }
  ]...)
}

resource "aws_s3_object" "asset" {
  for_each = local.assets
  bucket   = var.bucket
  key      = "${var.prefix}${each.value}"
  source   = "${local.release}/${each.value}"

  # The old code goes only after the stack has been updated: CloudFormation reads it again when an update is rolled back.
  lifecycle {
    create_before_destroy = true
  }
}

# Larger than what CloudFormation takes in a request, so it goes by the bucket. The key changes with the content.
resource "aws_s3_object" "template" {
  bucket       = var.bucket
  key          = "${var.prefix}${local.template}-${md5(local.body)}.template.json"
  content      = local.body
  content_type = "application/json"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudformation_stack" "failover" {
  name         = var.stack_name
  template_url = "https://${data.aws_s3_bucket.this.bucket_regional_domain_name}/${aws_s3_object.template.key}"
  capabilities = ["CAPABILITY_IAM"]
  tags         = var.tags
  parameters = merge(local.node_parameters, {
    ClusterName         = var.cluster_name
    SubnetId            = var.subnet_id
    VirtualIps          = join(",", var.virtual_ips)
    Email               = var.email
    Locale              = var.locale
    TimeZone            = var.time_zone
    SecondAlarmTopicArn = var.second_alarm_topic_arn
  })
  depends_on = [aws_s3_object.asset]
}

data "aws_s3_bucket" "this" {
  bucket = var.bucket
}
