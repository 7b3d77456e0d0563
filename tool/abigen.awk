# SPDX-License-Identifier: BSD-2-Clause
# Reads the interface specification (abi/spec/README) and writes a header:
#   awk -v mode=MODE -f tool/abigen.awk abi/spec/FILE.spec... >HEADER
# MODE is syscall, syscall_debug, syscall_bench or invocation. Other modes live in
# abigen_stub.awk and abigen_man.awk, which go after this file with another -f.

function fail(message) {
    print FILENAME ":" FNR ": " message > "/dev/stderr"
    failed = 1
    exit 1
}

BEGIN {
    bits["word"] = bits["time"] = bits["rights"] = bits["attr"] = 64
    bits["u32"] = 32; bits["half"] = 16; bits["byte"] = 8; bits["bool"] = 1
    bits["context"] = 64
}

# A file begins in the common section and with the stock numbers.
FNR == 1 { section = "common"; extension = 0 }

/^#/ || /^ *$/ { next }

# A continued line belongs to the one before.
/^ / {
    sub(/^ +/, " ")
    if (last == "text") text[entry, texts[entry]] = text[entry, texts[entry]] $0
    else if (last == "error") error_text[entry, errors[entry]] = \
        error_text[entry, errors[entry]] $0
    else if (last == "proto") proto[entry] = proto[entry] $0
    else if (last == "param") param_text[entry, params[entry]] = \
        param_text[entry, params[entry]] $0
    else if (last == "reg") reg_text[entry, regs[entry]] = reg_text[entry, regs[entry]] $0
    else fail("a line of this kind cannot be continued")
    next
}

{ last = $1; rest = $0; sub(/^[^ ]+ */, "", rest) }

$1 == "section" { section = $2; next }
$1 == "skip" { syscall_number -= $2; next }
$1 == "base" { extension = $2; next }

$1 == "syscall" || $1 == "invocation" {
    entry++
    kind[entry] = $1
    name[entry] = $2
    if ($1 == "syscall") {
        number[entry] = --syscall_number
        stub[entry] = $3
        group[entry] = section
    } else {
        number[entry] = extension ? extension++ : ++invocation_number
        stub[entry] = "kc_" tolower($2)
        group[entry] = extension ? "extension" : "stock"
    }
    next
}

!entry { fail("no entry begun") }

$1 == "brief"    { brief[entry] = rest; next }
$1 == "text"     { text[entry, ++texts[entry]] = rest; next }
$1 == "source"   { source[entry] = rest; next }
$1 == "see"      { see[entry] = rest; next }
$1 == "feature"  { feature[entry] = rest; next }
$1 == "reserved" { reserved[entry] = 1; next }
$1 == "proto"    { proto[entry] = rest; next }
$1 == "on"       { on[entry] = $2; on_text[entry] = after($0, 2); next }
$1 == "error"    {
    error_code[entry, ++errors[entry]] = $2
    error_text[entry, errors[entry]] = after($0, 2)
    next
}
$1 == "reg" {
    reg_name[entry, ++regs[entry]] = $2
    reg_text[entry, regs[entry]] = after($0, 2)
    next
}
$1 == "out" {
    add_param("out", $2, $3, after($0, 3))
    next
}
$1 == "cap" || $1 in bits {
    add_param($1 == "cap" ? "cap" : "in", $1, $2, after($0, 2))
    next
}
{ fail("unknown keyword " $1) }

# The rest of a line after its first n words.
function after(line, n) {
    while (n-- > 0) sub(/^[^ ]+ */, "", line)
    return line
}

# Notes an argument and where the message carries it.
function add_param(dir, type, pname, description,    k, size) {
    last = "param"
    k = ++params[entry]
    param_dir[entry, k] = dir
    param_type[entry, k] = type
    param_name[entry, k] = pname
    param_text[entry, k] = description
    if (dir == "cap") {
        param_word[entry, k] = caps[entry]++
        return
    }
    if (!(type in bits)) fail("unknown type " type)
    size = bits[type]
    place(dir, k, size)
}

# Packs an argument of the given size behind the ones before it.
function place(dir, k, size,    used) {
    used = dir == "in" ? in_bits[entry] + 0 : out_bits[entry] + 0
    if (used % size) used += size - used % size
    param_word[entry, k] = int(used / 64)
    param_shift[entry, k] = used % 64
    used += size
    if (dir == "in") {
        in_bits[entry] = used
        if (param_type[entry, k] != "context") in_words[entry] = int((used + 63) / 64)
    } else {
        out_bits[entry] = used
    }
}

function head(about) {
    print "/* SPDX-License-Identifier: BSD-2-Clause */"
    print "/*"
    print " * " about
    print " * Made from abi/spec by tool/abigen.awk."
    print " */"
    print "#pragma once"
    print ""
}

function write_syscalls(wanted,    i, tag) {
    tag = wanted == "common" ? "syscall_number" : "syscall_" wanted "_number"
    print "enum " tag " {"
    for (i = 1; i <= entry; i++) {
        if (kind[i] != "syscall" || group[i] != wanted) continue
        print "    SYSCALL_" name[i] " = " number[i] ", /* " tolower_first(brief[i]) " */"
    }
    print "};"
}

function tolower_first(s) {
    return s ~ /^[A-Z][a-z]/ ? tolower(substr(s, 1, 1)) substr(s, 2) : s
}

function label_number(i) {
    return group[i] == "extension" ? sprintf("0x%x", number[i]) : number[i]
}

function write_invocations(    i, count) {
    print "enum invocation_label {"
    print "    INVOKE_INVALID = 0,"
    for (i = 1; i <= entry; i++) {
        if (kind[i] != "invocation" || group[i] != "stock") continue
        print "    INVOKE_" name[i] " = " label_number(i) ","
        count = number[i] + 1
    }
    print "    INVOKE_COUNT = " count ","
    print ""
    for (i = 1; i <= entry; i++) {
        if (kind[i] != "invocation" || group[i] != "extension") continue
        if (!seen++) print "    INVOKE_EXT_FIRST = " sprintf("0x%x", number[i]) ","
        print "    INVOKE_" name[i] " = " label_number(i) ","
    }
    print "};"
}

END {
    if (failed) exit 1
    if (mode == "syscall") {
        head("System call numbers of every configuration (register rdx).")
        write_syscalls("common")
    } else if (mode == "syscall_debug" || mode == "syscall_bench") {
        build = mode == "syscall_debug" ? "test" : "bench"
        head("Further system call numbers of the " build " configuration.")
        write_syscalls(substr(mode, 9))
    } else if (mode == "invocation") {
        head("Invocation labels: what an object other than an endpoint is asked to do.")
        write_invocations()
    }
}
