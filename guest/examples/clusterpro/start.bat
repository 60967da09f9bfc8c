@echo off
rem CLUSTERPRO / EXPRESSCLUSTER on Windows: the start script of a script resource. See start.sh. Script resources are synchronous by default.
powershell.exe -NoProfile -ExecutionPolicy Bypass -File "C:\Program Files\vip-failover\vip-claim.ps1" mail -Wait 60 -Reason "CLUSTERPRO: %CLP_GROUPNAME% %CLP_EVENT%"
exit /b %ERRORLEVEL%
