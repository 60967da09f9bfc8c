# Claims a cluster's virtual IPs for this node, as vip-claim does, for Windows PowerShell 5.1 and later. docs/guests.md
#
#   vip-claim.ps1 CLUSTER [-Wait SECONDS] [-Reason TEXT]
#
# The addresses of a cluster stand in C:\ProgramData\vip-failover\clusters, a line a cluster:  mail 10.0.0.5
# Exit code:
#   0  the claim was accepted; with -Wait: the addresses are here
#   1  the claim was accepted, but the addresses are not here after that time
#   2  wrong usage, or -Wait without a line for the cluster (the claim goes out all the same)
#   3  instance metadata or an instance role is missing
#   4  EventBridge did not accept the claim
# Environment: AWS_EC2_METADATA_SERVICE_ENDPOINT, AWS_ENDPOINT_URL_EVENTBRIDGE, AWS_ENDPOINT_URL, CONFIGURATION_DIRECTORY.
[CmdletBinding()]
param(
    [Parameter(Position = 0)][string]$Cluster = '',
    [string]$Wait = '0',
    [string]$Reason = ''
)
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
[Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12

function Write-Log([string]$Level, [string]$Text) {
    [Console]::Error.WriteLine("vip-claim: $Text")
    try {
        if (-not [Diagnostics.EventLog]::SourceExists('vip-failover')) { [Diagnostics.EventLog]::CreateEventSource('vip-failover', 'Application') }
        [Diagnostics.EventLog]::WriteEntry('vip-failover', "vip-claim: $Text", $Level)
    } catch {
        [Console]::Error.WriteLine("vip-claim: the event log cannot be written: $($_.Exception.Message)")
    }
}

function Stop-Claim([int]$Code, [string]$Text) {
    Write-Log 'Error' $Text
    exit $Code
}

# One HTTP request. Returns its status and body, also where the status is an error; throws where there is no answer.
# Metadata is asked without a proxy.
function Send-Request([string]$Method, [Uri]$Uri, [hashtable]$Headers, [string]$Body, [bool]$ByProxy, [int]$Seconds) {
    $request = [Net.HttpWebRequest][Net.WebRequest]::Create($Uri)
    $request.Method = $Method
    $request.Timeout = $Seconds * 1000
    $request.ServicePoint.Expect100Continue = $false
    if (-not $ByProxy) { $request.Proxy = $null }
    foreach ($name in $Headers.Keys) {
        if ($name -eq 'Content-Type') { $request.ContentType = $Headers[$name] } else { $request.Headers.Add($name, $Headers[$name]) }
    }
    if ($Body -ne '') {
        $bytes = [Text.Encoding]::UTF8.GetBytes($Body)
        $request.ContentLength = $bytes.Length
        $stream = $request.GetRequestStream()
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Close()
    } elseif ($Method -ne 'GET') {
        $request.ContentLength = 0
    }
    try {
        $response = $request.GetResponse()
    } catch [Net.WebException] {
        $response = $_.Exception.Response
        if ($null -eq $response) { throw }
    }
    try {
        $reader = New-Object IO.StreamReader($response.GetResponseStream(), [Text.Encoding]::UTF8)
        return @{ Status = [int]$response.StatusCode; Body = $reader.ReadToEnd() }
    } finally {
        $response.Close()
    }
}

# --- instance metadata ---------------------------------------------------------------------------------------------------

$metadataUrl = 'http://169.254.169.254'
if ($env:AWS_EC2_METADATA_SERVICE_ENDPOINT) { $metadataUrl = $env:AWS_EC2_METADATA_SERVICE_ENDPOINT.TrimEnd('/') }
$script:token = ''

function Get-Metadata([string]$Path) {
    if ($script:token -eq '') {
        $answer = Send-Request 'PUT' "$metadataUrl/latest/api/token" @{ 'X-aws-ec2-metadata-token-ttl-seconds' = '3600' } '' $false 2
        if ($answer.Status -ne 200) { throw "the instance metadata at $metadataUrl gives no token ($($answer.Status)). Is HttpEndpoint enabled?" }
        $script:token = $answer.Body
    }
    $answer = Send-Request 'GET' "$metadataUrl/latest/$Path" @{ 'X-aws-ec2-metadata-token' = $script:token } '' $false 2
    if ($answer.Status -eq 401) { $script:token = '' }
    if ($answer.Status -ne 200) { throw "the instance metadata has no $Path ($($answer.Status))" }
    return $answer.Body
}

# What a claim needs to know of this node.
function Get-Node {
    $node = @{ Instance = Get-Metadata 'meta-data/instance-id'; Region = Get-Metadata 'meta-data/placement/region' }
    try { $node.Domain = Get-Metadata 'meta-data/services/domain' } catch { $node.Domain = 'amazonaws.com' }
    try {
        $node.Role = (Get-Metadata 'meta-data/iam/security-credentials/').Trim()
        $node.Credentials = Get-Metadata "meta-data/iam/security-credentials/$($node.Role)" | ConvertFrom-Json
    } catch {
        throw "this instance has no role that gives credentials. Attach an instance profile whose role may claim (docs/guests.md). $($_.Exception.Message)"
    }
    return $node
}

# --- EventBridge ---------------------------------------------------------------------------------------------------------

function Get-Hash([string]$Text) {
    $sha = [Security.Cryptography.SHA256]::Create()
    try { return ([BitConverter]::ToString($sha.ComputeHash([Text.Encoding]::UTF8.GetBytes($Text)))).Replace('-', '').ToLowerInvariant() } finally { $sha.Dispose() }
}

function Get-Hmac([byte[]]$Key, [string]$Text) {
    $hmac = New-Object Security.Cryptography.HMACSHA256
    $hmac.Key = $Key
    # The comma keeps PowerShell from taking the array apart.
    try { return , $hmac.ComputeHash([Text.Encoding]::UTF8.GetBytes($Text)) } finally { $hmac.Dispose() }
}

# The headers of a POST to /, signed with Signature Version 4.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
function Get-SignedHeaders($Node, [Uri]$Uri, [string]$Body) {
    $time = [DateTime]::UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", [Globalization.CultureInfo]::InvariantCulture)
    $date = $time.Substring(0, 8)
    $signed = 'content-type;host;x-amz-date;x-amz-security-token;x-amz-target'
    $type = 'application/x-amz-json-1.1'
    $target = 'AWSEvents.PutEvents'
    $session = $Node.Credentials.Token
    $canonical = "POST`n/`n`ncontent-type:$type`nhost:$($Uri.Authority)`nx-amz-date:$time`nx-amz-security-token:$session`nx-amz-target:$target`n`n$signed`n$(Get-Hash $Body)"
    $scope = "$date/$($Node.Region)/events/aws4_request"
    $key = [Text.Encoding]::UTF8.GetBytes("AWS4$($Node.Credentials.SecretAccessKey)")
    foreach ($part in @($date, $Node.Region, 'events', 'aws4_request')) { $key = Get-Hmac $key $part }
    $signature = ([BitConverter]::ToString((Get-Hmac $key "AWS4-HMAC-SHA256`n$time`n$scope`n$(Get-Hash $canonical)"))).Replace('-', '').ToLowerInvariant()
    return @{
        'Content-Type'         = $type
        'X-Amz-Date'           = $time
        'X-Amz-Security-Token' = $session
        'X-Amz-Target'         = $target
        'Authorization'        = "AWS4-HMAC-SHA256 Credential=$($Node.Credentials.AccessKeyId)/$scope, SignedHeaders=$signed, Signature=$signature"
    }
}

# Puts the claim. Returns nothing where it was accepted, else what is wrong.
function Send-Claim($Node) {
    $url = "https://events.$($Node.Region).$($Node.Domain)"
    if ($env:AWS_ENDPOINT_URL) { $url = $env:AWS_ENDPOINT_URL }
    if ($env:AWS_ENDPOINT_URL_EVENTBRIDGE) { $url = $env:AWS_ENDPOINT_URL_EVENTBRIDGE }
    $uri = [Uri]($url.TrimEnd('/') + '/')
    $detail = @{ cluster = $Cluster }
    if ($Reason -ne '') { $detail.reason = $Reason.Substring(0, [Math]::Min(200, $Reason.Length)) }
    $entry = @{ Source = 'vip-failover'; DetailType = "Virtual IP Claim $($Node.Instance)"; Detail = (ConvertTo-Json $detail -Compress) }
    $body = ConvertTo-Json @{ Entries = @($entry) } -Compress -Depth 4
    try {
        $answer = Send-Request 'POST' $uri (Get-SignedHeaders $Node $uri $body) $body $true 10
    } catch {
        return "EventBridge at $uri cannot be reached: $($_.Exception.Message)"
    }
    if ($answer.Status -eq 200 -and $answer.Body -match '"FailedEntryCount"\s*:\s*0\b') { return '' }
    return "EventBridge at $uri did not accept the claim: $($answer.Body)"
}

# --- the claim -----------------------------------------------------------------------------------------------------------

if ($Cluster -eq '') { Stop-Claim 2 'name the cluster: vip-claim.ps1 CLUSTER [-Wait SECONDS] [-Reason TEXT]' }
if ($Wait -notmatch '^\d{1,4}$') { Stop-Claim 2 "-Wait takes seconds, 0 to 9999, not '$Wait'." }
$seconds = [int]$Wait
$clock = [Diagnostics.Stopwatch]::StartNew()
# Without -Wait, the claim itself still has half a minute.
$limit = if ($seconds -gt 0) { $seconds } else { 30 }

# Runs the step until it returns an empty text, longer and longer apart. After the limit, ends with the code.
function Wait-Until([int]$Code, [scriptblock]$Step) {
    $delay = 0.2
    while ($true) {
        $problem = & $Step
        if ($problem -eq '') { return }
        if ($problem -match 'AccessDenied|NotAuthorizedForSource') {
            Stop-Claim $Code "$problem The role $($script:node.Role) needs events:PutEvents on the default bus for this instance (docs/guests.md)."
        }
        if ($delay -eq 0.2) { Write-Log 'Warning' "$problem Trying again." }
        if ($clock.Elapsed.TotalSeconds -ge $limit) { Stop-Claim $Code $problem }
        Start-Sleep -Milliseconds ([int]($delay * 1000))
        $delay = [Math]::Min(4, $delay * 2)
    }
}

$script:node = $null
Wait-Until 3 {
    try { $script:node = Get-Node; '' } catch { $_.Exception.Message }
}
Wait-Until 4 {
    $problem = Send-Claim $script:node
    # Should the credentials have been renewed meanwhile.
    if ($problem -ne '') { try { $script:node = Get-Node } catch { Write-Log 'Warning' $_.Exception.Message } }
    $problem
}
Write-Log 'Information' "claimed $Cluster for $($script:node.Instance)"
if ($seconds -eq 0) { exit 0 }

$folder = if ($env:CONFIGURATION_DIRECTORY) { $env:CONFIGURATION_DIRECTORY } else { Join-Path $env:ProgramData 'vip-failover' }
$file = Join-Path $folder 'clusters'
$wanted = @()
if (Test-Path $file) {
    foreach ($line in Get-Content $file) {
        $words = @(($line -replace '#.*$', '').Trim() -split '\s+')
        if ($words[0] -eq $Cluster) { $wanted += @($words | Select-Object -Skip 1) }
    }
}
if ($wanted.Count -eq 0) { Stop-Claim 2 "cannot wait: which addresses $Cluster has is not in $file. Write a line there: $Cluster ADDRESS" }

function Test-Arrived {
    try {
        $here = @()
        foreach ($mac in (Get-Metadata 'meta-data/network/interfaces/macs/') -split "`n") {
            $here += (Get-Metadata "meta-data/network/interfaces/macs/$($mac.Trim().TrimEnd('/'))/local-ipv4s") -split "`n" | ForEach-Object { $_.Trim() }
        }
        return @($wanted | Where-Object { $here -notcontains $_ }).Count -eq 0
    } catch {
        return $false
    }
}

while (-not (Test-Arrived)) {
    if ($clock.Elapsed.TotalSeconds -ge $limit) {
        Stop-Claim 1 "the claim was accepted, but the addresses of $Cluster ($wanted) are not all here after $seconds s. The notice says why: the execution of the state machine has it, too."
    }
    Start-Sleep -Milliseconds 500
}
Write-Log 'Information' "$Cluster is here: $wanted"
exit 0
