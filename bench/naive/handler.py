"""What people write by hand, in Python: two calls with fixed IDs, and a message. Here to be compared with."""

import os

import boto3

ec2 = boto3.client("ec2")
sns = boto3.client("sns")


def handler(event, context):
    addresses = [os.environ["VIRTUAL_IP"]]
    ec2.unassign_private_ip_addresses(
        NetworkInterfaceId=os.environ["ACTIVE_INTERFACE"],
        PrivateIpAddresses=addresses,
    )
    ec2.assign_private_ip_addresses(
        NetworkInterfaceId=os.environ["STANDBY_INTERFACE"],
        PrivateIpAddresses=addresses,
        AllowReassignment=True,
    )
    sns.publish(TopicArn=os.environ["TOPIC_ARN"], Subject="Failover", Message="The address was moved.")
