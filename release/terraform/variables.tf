variable "stack_name" {
  description = "The CloudFormation stack, such as vip-failover-mail: one for each cluster."
  type        = string
}

variable "bucket" {
  description = "An S3 bucket of the cluster's Region, for the template and the code of the Lambdas."
  type        = string
}

variable "prefix" {
  description = "What the keys in the bucket begin with."
  type        = string
  default     = "vip-failover/"
}

variable "cluster_name" {
  description = "The name of the cluster in notices, metrics and commands. Unique in the account and Region."
  type        = string
}

variable "subnet_id" {
  description = "The subnet of the virtual IPs and of all nodes."
  type        = string
}

variable "virtual_ips" {
  description = "The addresses that move, all together: secondary private IPv4 addresses of the subnet."
  type        = list(string)
}

variable "nodes" {
  description = "Two or three nodes in order of preference: the instance, and its interface that may hold the virtual IPs."
  type = list(object({
    instance_id          = string
    network_interface_id = string
  }))
  validation {
    condition     = contains([2, 3], length(var.nodes))
    error_message = "A cluster has two or three nodes here; for more, use the CDK app."
  }
}

variable "email" {
  description = "Who gets notices and alarms; has to confirm the subscription once. none: subscribe to the topic yourself."
  type        = string
}

variable "locale" {
  description = "The language of the notices: en or ja."
  type        = string
  default     = "en"
}

variable "time_zone" {
  description = "Whose local time notices show beside UTC, such as Asia/Tokyo; the template lists the zones."
  type        = string
  default     = "UTC"
}

variable "second_alarm_topic_arn" {
  description = "A second SNS topic of the same Region for alarms, because a broken topic cannot report itself. Empty: one topic."
  type        = string
  default     = ""
}

variable "tags" {
  description = "Tags of the stack and of the resources in it."
  type        = map(string)
  default     = {}
}
