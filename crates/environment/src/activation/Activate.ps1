# For PowerShell:  . @BIN@/Activate.ps1
# Puts this environment first on PATH; `deactivate` puts everything back.

function global:deactivate ([switch]$NonDestructive) {
    if (Test-Path -Path Variable:global:_OLD_VIRTUAL_PATH) {
        $env:PATH = $global:_OLD_VIRTUAL_PATH
        Remove-Variable -Name _OLD_VIRTUAL_PATH -Scope global
    }
    if (Test-Path -Path Variable:global:_OLD_VIRTUAL_PYTHONHOME) {
        $env:PYTHONHOME = $global:_OLD_VIRTUAL_PYTHONHOME
        Remove-Variable -Name _OLD_VIRTUAL_PYTHONHOME -Scope global
    }
    if (Test-Path -Path Function:global:_old_virtual_prompt) {
        Copy-Item -Path Function:global:_old_virtual_prompt -Destination Function:global:prompt
        Remove-Item -Path Function:global:_old_virtual_prompt
    }
    foreach ($name in 'VIRTUAL_ENV', 'VIRTUAL_ENV_PROMPT') {
        if (Test-Path -Path "Env:$name") { Remove-Item -Path "Env:$name" }
    }
    if (-not $NonDestructive) {
        Remove-Item -Path Function:global:deactivate
    }
}

# An environment that is active already makes room first.
deactivate -NonDestructive

$env:VIRTUAL_ENV = @DIR@
$env:VIRTUAL_ENV_PROMPT = @PROMPT@

$global:_OLD_VIRTUAL_PATH = $env:PATH
$env:PATH = (Join-Path $env:VIRTUAL_ENV '@BIN@') + [System.IO.Path]::PathSeparator + $env:PATH

if (Test-Path -Path Env:PYTHONHOME) {
    $global:_OLD_VIRTUAL_PYTHONHOME = $env:PYTHONHOME
    Remove-Item -Path Env:PYTHONHOME
}

if (-not $env:VIRTUAL_ENV_DISABLE_PROMPT) {
    if (Test-Path -Path Function:prompt) {
        Copy-Item -Path Function:prompt -Destination Function:global:_old_virtual_prompt
    }
    function global:prompt {
        Write-Host -NoNewline -ForegroundColor Green "($env:VIRTUAL_ENV_PROMPT) "
        if (Test-Path -Path Function:global:_old_virtual_prompt) { _old_virtual_prompt } else { '> ' }
    }
}
