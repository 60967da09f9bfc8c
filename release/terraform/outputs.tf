output "topic_arn" {
  description = "The SNS topic of notices and alarms."
  value       = aws_cloudformation_stack.failover.outputs["Topic"]
}

output "state_machine_arn" {
  description = "The workflow, for drills, rehearsals and failovers by hand."
  value       = aws_cloudformation_stack.failover.outputs["StateMachine"]
}

output "rehearsal_command" {
  description = "Walks every state and changes nothing; put your name in."
  value       = aws_cloudformation_stack.failover.outputs["Rehearsal1"]
}

output "drill_command" {
  description = "Moves the virtual IPs to the second node; put your name in."
  value       = aws_cloudformation_stack.failover.outputs["Drill1"]
}

output "console_urls" {
  description = "The workflow's executions and the dashboard in the console."
  value = {
    state_machine = aws_cloudformation_stack.failover.outputs["StateMachineConsole"]
    dashboard     = aws_cloudformation_stack.failover.outputs["DashboardConsole"]
  }
}
