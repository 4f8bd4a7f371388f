# For sh, bash, zsh, ksh:  . @BIN@/activate
# Puts this environment first on PATH; `deactivate` puts everything back.

deactivate () {
    if [ -n "${_OLD_VIRTUAL_PATH+set}" ]; then
        PATH="$_OLD_VIRTUAL_PATH"
        export PATH
        unset _OLD_VIRTUAL_PATH
    fi
    if [ -n "${_OLD_VIRTUAL_PYTHONHOME+set}" ]; then
        PYTHONHOME="$_OLD_VIRTUAL_PYTHONHOME"
        export PYTHONHOME
        unset _OLD_VIRTUAL_PYTHONHOME
    fi
    if [ -n "${_OLD_VIRTUAL_PS1+set}" ]; then
        PS1="$_OLD_VIRTUAL_PS1"
        unset _OLD_VIRTUAL_PS1
    elif [ -n "${_OLD_VIRTUAL_NO_PS1+set}" ]; then
        unset PS1
    fi
    unset _OLD_VIRTUAL_NO_PS1 VIRTUAL_ENV VIRTUAL_ENV_PROMPT
    hash -r 2> /dev/null || :
    if [ "${1-}" != nondestructive ]; then
        unset -f deactivate
    fi
}

# An environment that is active already makes room first.
deactivate nondestructive

VIRTUAL_ENV=@DIR@
VIRTUAL_ENV_PROMPT=@PROMPT@
export VIRTUAL_ENV VIRTUAL_ENV_PROMPT

_OLD_VIRTUAL_PATH="${PATH-}"
PATH="$VIRTUAL_ENV/@BIN@${PATH:+:$PATH}"
export PATH

if [ -n "${PYTHONHOME+set}" ]; then
    _OLD_VIRTUAL_PYTHONHOME="$PYTHONHOME"
    unset PYTHONHOME
fi

if [ -z "${VIRTUAL_ENV_DISABLE_PROMPT-}" ]; then
    if [ -n "${PS1+set}" ]; then
        _OLD_VIRTUAL_PS1="$PS1"
    else
        _OLD_VIRTUAL_NO_PS1=1
    fi
    PS1=@SHOWN@"${PS1-}"
fi

hash -r 2> /dev/null || :
