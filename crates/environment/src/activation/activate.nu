# For nushell:  overlay use @BIN@/activate.nu
# Puts this environment first on PATH; `deactivate` puts everything back.

export-env {
    let dir = @DIR@
    let name = @PROMPT@
    let path_key = (if "Path" in $env { "Path" } else { "PATH" })
    let old_path = ($env | get $path_key)
    let old_path = (if ($old_path | describe) == "string" { $old_path | split row (char esep) } else { $old_path })
    let new_path = ($old_path | prepend ($dir | path join "@BIN@"))
    let silent = (($env.VIRTUAL_ENV_DISABLE_PROMPT? | default "") != "")
    let old_prompt = ($env.PROMPT_COMMAND? | default "")
    let new_prompt = (if $silent { $old_prompt } else {
        {||
            let before = (if ($old_prompt | describe) == "closure" { do $old_prompt } else { $old_prompt })
            $"\(($name)\) ($before)"
        }
    })
    load-env {
        $path_key: $new_path
        VIRTUAL_ENV: $dir
        VIRTUAL_ENV_PROMPT: $name
        PROMPT_COMMAND: $new_prompt
    }
    hide-env --ignore-errors PYTHONHOME
}

export alias pydoc = python -m pydoc
export alias deactivate = overlay hide activate
