#!/bin/sh
# CLUSTERPRO / EXPRESSCLUSTER decides who is active; this start script of an EXEC resource makes EC2 follow. Make the resource the first
# one of the failover group, before the floating IP resource; its stop script has nothing to do (exit 0). Timeout of the start script: 90 s.
exec /usr/local/sbin/vip-claim mail --wait 60 --reason "CLUSTERPRO: ${CLP_GROUPNAME:-group} ${CLP_EVENT:-START}"
