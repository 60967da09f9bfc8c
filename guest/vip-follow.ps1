# Lets Windows follow EC2, as vip-follow does on Linux: adds a cluster's virtual IPs to the adapter when EC2 gives them to this node, and
# removes them when EC2 takes them away. Windows PowerShell 5.1 and later, as a scheduled task of SYSTEM. docs/guests.md
#
#   vip-follow.ps1            follows, for ever
#   vip-follow.ps1 -Install   makes the scheduled task, which starts with the machine, and starts it
#
# The addresses stand in C:\ProgramData\vip-failover\clusters, a line a cluster:  mail 10.0.0.5
# Beside it, where there are any: on-gain.ps1 and on-lose.ps1, called with ADDRESS ADAPTER CLUSTER.
# An adapter that has its own address by DHCP must let static ones stand beside it, once:
#   netsh interface ipv4 set interface interface="Ethernet" dhcpstaticipcoexistence=enabled
[CmdletBinding()]
param([switch]$Install)
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$folder = if ($env:CONFIGURATION_DIRECTORY) { $env:CONFIGURATION_DIRECTORY } else { Join-Path $env:ProgramData 'vip-failover' }
# What was added here since the machine started: an address a line.
$notes = Join-Path $folder 'added'
# A gain is acted on when EC2 has shown it for so long, seconds: by then the other node has let go.
$settled = 2.5

if ($Install) {
    $action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument "-NoProfile -ExecutionPolicy Bypass -File `"$PSCommandPath`""
    $trigger = New-ScheduledTaskTrigger -AtStartup
    $settings = New-ScheduledTaskSettingsSet -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) -ExecutionTimeLimit ([TimeSpan]::Zero) -AllowStartIfOnBatteries
    Register-ScheduledTask -TaskName 'vip-follow' -Action $action -Trigger $trigger -Settings $settings -User 'SYSTEM' -RunLevel Highest -Force | Out-Null
    Start-ScheduledTask -TaskName 'vip-follow'
    exit 0
}

function Write-Log([string]$Level, [string]$Text) {
    [Console]::Error.WriteLine("vip-follow: $Text")
    try {
        if (-not [Diagnostics.EventLog]::SourceExists('vip-failover')) { [Diagnostics.EventLog]::CreateEventSource('vip-failover', 'Application') }
        [Diagnostics.EventLog]::WriteEntry('vip-failover', "vip-follow: $Text", $Level)
    } catch {
        [Console]::Error.WriteLine("vip-follow: the event log cannot be written: $($_.Exception.Message)")
    }
}

$script:said = @{}
# The same trouble is told once, until it is over.
function Write-Once([string]$Name, [string]$Level, [string]$Text) {
    if (-not $script:said.ContainsKey($Name)) {
        $script:said[$Name] = $true
        Write-Log $Level $Text
    }
}

# --- instance metadata ---------------------------------------------------------------------------------------------------

$metadataUrl = 'http://169.254.169.254'
if ($env:AWS_EC2_METADATA_SERVICE_ENDPOINT) { $metadataUrl = $env:AWS_EC2_METADATA_SERVICE_ENDPOINT.TrimEnd('/') }
$script:token = ''

# Without a proxy. Returns nothing for what is not there (404), and throws where metadata cannot be asked.
function Get-Answer([string]$Method, [string]$Path, [string]$Header, [string]$Value) {
    $request = [Net.HttpWebRequest][Net.WebRequest]::Create("$metadataUrl/latest/$Path")
    $request.Method = $Method
    $request.Timeout = 2000
    $request.Proxy = $null
    $request.Headers.Add($Header, $Value)
    if ($Method -ne 'GET') { $request.ContentLength = 0 }
    try {
        $response = $request.GetResponse()
    } catch [Net.WebException] {
        $failed = $_.Exception.Response
        if ($null -ne $failed -and [int]$failed.StatusCode -eq 404) { return '' }
        $script:token = ''
        throw
    }
    try { return (New-Object IO.StreamReader($response.GetResponseStream())).ReadToEnd() } finally { $response.Close() }
}

function Get-Metadata([string]$Path) {
    if ($script:token -eq '') { $script:token = Get-Answer 'PUT' 'api/token' 'X-aws-ec2-metadata-token-ttl-seconds' '21600' }
    return Get-Answer 'GET' "meta-data/$Path" 'X-aws-ec2-metadata-token' $script:token
}

# What EC2 shows of this node: by address, the MAC address of its interface.
function Get-Shown {
    $shown = @{}
    $macs = Get-Metadata 'network/interfaces/macs/'
    # A running instance has an interface: an answer without one is no answer.
    if ($macs.Trim() -eq '') { throw 'instance metadata shows no interface' }
    foreach ($line in $macs.Trim() -split "`n") {
        $mac = $line.Trim().TrimEnd('/')
        foreach ($address in (Get-Metadata "network/interfaces/macs/$mac/local-ipv4s").Trim() -split '\s+') { $shown[$address] = $mac }
    }
    return $shown
}

# --- addresses -----------------------------------------------------------------------------------------------------------

# What is configured goes when the machine stops (ActiveStore), and so must the notes: their first line says when it started.
$boot = (Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToUniversalTime().ToString('o')

function Get-Added {
    if (-not (Test-Path $notes)) { return @() }
    $lines = @(Get-Content $notes)
    if ($lines.Count -eq 0 -or $lines[0] -ne $boot) { return @() }
    return @($lines | Select-Object -Skip 1)
}

function Set-Added([string[]]$Addresses) {
    Set-Content -Path $notes -Value (@($boot) + @($Addresses))
}

function Start-Hook([string]$Name, [string]$Address, [string]$Adapter, [string]$ClusterName) {
    $hook = Join-Path $folder "$Name.ps1"
    if (Test-Path $hook) {
        Start-Process powershell.exe -WindowStyle Hidden -ArgumentList "-NoProfile -ExecutionPolicy Bypass -File `"$hook`" $Address `"$Adapter`" $ClusterName"
    }
}

function Add-Address([string]$Address, [string]$Mac, [string]$ClusterName) {
    $adapter = Get-NetAdapter | Where-Object { $_.MacAddress -eq $Mac.Replace(':', '-').ToUpperInvariant() } | Select-Object -First 1
    if ($null -eq $adapter) {
        Write-Once "adapter-$Address" 'Warning' "EC2 gives this node $Address, but no adapter has the MAC address $Mac"
        return
    }
    Set-Added (@(Get-Added) + $Address)
    try {
        New-NetIPAddress -InterfaceIndex $adapter.ifIndex -IPAddress $Address -PrefixLength 32 -SkipAsSource $true -PolicyStore ActiveStore | Out-Null
    } catch {
        Set-Added @(Get-Added | Where-Object { $_ -ne $Address })
        Write-Once "add-$Address" 'Error' "$Address cannot be added to $($adapter.Name): $($_.Exception.Message)"
        return
    }
    Write-Log 'Information' "gained $Address on $($adapter.Name)"
    Start-Hook 'on-gain' $Address $adapter.Name $ClusterName
}

function Remove-Address([string]$Address, [string]$ClusterName) {
    $there = Get-NetIPAddress -IPAddress $Address -ErrorAction SilentlyContinue
    if ($null -ne $there) {
        try {
            $there | Remove-NetIPAddress -Confirm:$false
        } catch {
            Write-Once "remove-$Address" 'Error' "$Address cannot be removed: $($_.Exception.Message)"
            return
        }
    }
    Set-Added @(Get-Added | Where-Object { $_ -ne $Address })
    Write-Log 'Information' "lost $Address"
    $name = if ($null -ne $there) { @($there)[0].InterfaceAlias } else { '-' }
    Start-Hook 'on-lose' $Address $name $ClusterName
}

# The addresses to follow: by address, the cluster's name. Throws where there are none.
function Get-Followed {
    $followed = @{}
    foreach ($line in Get-Content (Join-Path $folder 'clusters')) {
        $words = @(($line -replace '#.*$', '').Trim() -split '\s+')
        foreach ($address in @($words | Select-Object -Skip 1)) { $followed[$address] = $words[0] }
    }
    if ($followed.Count -eq 0) { throw "no address is in $folder\clusters (a line a cluster: mail 10.0.0.5)" }
    return $followed
}

$since = @{}
$clock = [Diagnostics.Stopwatch]::StartNew()
Write-Log 'Information' "following $folder\clusters, asking $metadataUrl"
while ($true) {
    try {
        $followed = Get-Followed
        $shown = Get-Shown
        $script:said.Remove('silent')
        $added = @(Get-Added)
        foreach ($address in $followed.Keys) {
            if (-not $shown.ContainsKey($address)) {
                $since.Remove($address)
                continue
            }
            if ($null -ne (Get-NetIPAddress -IPAddress $address -ErrorAction SilentlyContinue)) {
                if ($added -notcontains $address) { Write-Once "other-$address" 'Information' "$address is configured already, and not by me: left alone" }
                continue
            }
            if (-not $since.ContainsKey($address)) { $since[$address] = $clock.Elapsed.TotalSeconds }
            if ($clock.Elapsed.TotalSeconds - $since[$address] -ge $settled) { Add-Address $address $shown[$address] $followed[$address] }
        }
        $lost = @($added | Where-Object { -not $shown.ContainsKey($_) -or -not $followed.ContainsKey($_) })
        if ($lost.Count -gt 0) {
            # One answer may be short: look again.
            $again = Get-Shown
            foreach ($address in $lost) {
                $name = if ($followed.ContainsKey($address)) { $followed[$address] } else { '-' }
                if (-not $again.ContainsKey($address) -or $name -eq '-') { Remove-Address $address $name }
            }
        }
    } catch {
        # Whatever could not be asked, what is here stays.
        Write-Once 'silent' 'Warning' "$($_.Exception.Message). Keeping what is here"
    }
    Start-Sleep -Seconds 1
}
