# SPDX-License-Identifier: BSD-2-Clause
# Writes a manual page (mdoc) for every system call and invocation into the folder
# DIR, and their names to standard output:
#   awk -v dir=DIR -f tool/abigen.awk -f tool/abigen_man.awk abi/spec/FILE.spec...

function put(line) {
    print line > page
}

function header_of(i) {
    if (kind[i] == "invocation") return "kcall/invoke.h"
    if (group[i] == "debug") return "kcall/debug.h"
    if (group[i] == "bench") return "kcall/bench.h"
    return "kcall/syscall.h"
}

# Takes a prototype "type name(a, b)" apart.
function put_prototype(text,    open, before, list, count, k, fname) {
    open = index(text, "(")
    before = substr(text, 1, open - 1)
    fname = before
    sub(/^.*[ *]/, "", fname)
    sub(/[^ *]*$/, "", before)
    sub(/ +$/, "", before)
    put(".Ft " before)
    put(".Fo " fname)
    text = substr(text, open + 1)
    sub(/\)$/, "", text)
    count = split(text, list, /, */)
    for (k = 1; k <= count; k++) put(".Fa \"" list[k] "\"")
    put(".Fc")
}

function c_declaration(i, k,    type) {
    type = param_type[i, k]
    if (type == "cap") return "cptr " param_name[i, k]
    if (type == "bool") type = "bool"
    else if (type == "byte") type = "uint8_t"
    else if (type == "half") type = "uint16_t"
    else if (type == "u32") type = "uint32_t"
    else if (type == "context")
        type = (param_dir[i, k] == "out" ? "" : "const ") "struct user_context *"
    else type = "uint64_t"
    if (param_dir[i, k] == "out" && type !~ /\*$/) type = type " *"
    return type (type ~ /\*$/ ? "" : " ") param_name[i, k]
}

function put_synopsis(i,    k) {
    put(".Sh SYNOPSIS")
    if (reserved[i]) {
        put(".In abi/invocation.h")
        put(".Dv INVOKE_" name[i])
        return
    }
    put(".In " header_of(i))
    if (kind[i] == "syscall") {
        put_prototype(proto[i])
        return
    }
    put(".Ft \"enum error_code\"")
    put(".Fo " stub[i])
    put(".Fa \"cptr " on[i] "\"")
    for (k = 1; k <= params[i]; k++) put(".Fa \"" c_declaration(i, k) "\"")
    put(".Fc")
}

function put_item(tag, description) {
    put(".It " tag)
    put(description)
}

function put_description(i,    k) {
    put(".Sh DESCRIPTION")
    put(brief[i] ".")
    for (k = 1; k <= texts[i]; k++) {
        put(".Pp")
        put(text[i, k])
    }
    if (feature[i]) {
        put(".Pp")
        put("This call is an extension: it is there if boot information announces")
        put(".Dv UXRT_FEATURE_" feature[i] ".")
    }
    if (kind[i] != "invocation") return
    put(".Pp")
    put("The arguments are:")
    put(".Bl -tag -width Ds")
    put_item("Fa " on[i], on_text[i] ".")
    for (k = 1; k <= params[i]; k++)
        put_item("Fa " param_name[i, k], \
            (param_dir[i, k] == "out" ? "Result. " : "") param_text[i, k] ".")
    put(".El")
}

function plural(count, what) {
    count += 0
    if (count != 1) { sub(/y$/, "ie", what); what = what "s" }
    return count " " what
}

# Where in the words of a message an argument stands.
function word_place(i, k,    size, shift) {
    size = bits[param_type[i, k]]
    shift = param_shift[i, k]
    if (param_type[i, k] == "context") return "word " param_word[i, k] " and on"
    if (size == 64) return "word " param_word[i, k]
    if (size == 1) return "word " param_word[i, k] ", bit " shift
    return "word " param_word[i, k] ", bits " shift " to " shift + size - 1
}

function put_message(i,    k, has_context, where) {
    put(".Sh MESSAGE")
    put("The label is")
    put(".Dv INVOKE_" name[i])
    put("(" (group[i] == "extension" ? sprintf("0x%x", number[i]) : number[i]) ").")
    for (k = 1; k <= params[i]; k++)
        if (param_type[i, k] == "context" && param_dir[i, k] == "in") has_context = 1
    if (!params[i]) {
        put("It carries nothing.")
        return
    }
    put(plural(in_words[i], "word") (has_context ? " and the registers" : "") " and " \
        plural(caps[i], "capability") ":")
    put(".Bl -tag -width Ds -compact")
    for (k = 1; k <= params[i]; k++) {
        if (param_dir[i, k] == "cap") where = "capability " param_word[i, k]
        else if (param_dir[i, k] == "in") where = word_place(i, k)
        else where = "answer, " word_place(i, k)
        put_item(where, ".Fa " param_name[i, k])
    }
    put(".El")
}

function put_registers(i,    k) {
    put(".Sh REGISTERS")
    put("The number, in")
    put(".Li rdx ,")
    put("is")
    put(".Dv SYSCALL_" name[i])
    put("(" number[i] ").")
    if (group[i] != "common")
        put("Only a kernel of the " (group[i] == "debug" ? "test" : group[i]) \
            " build has this call.")
    if (!regs[i]) return
    put(".Bl -tag -width Ds -compact")
    for (k = 1; k <= regs[i]; k++) put_item("Li " reg_name[i, k], reg_text[i, k])
    put(".El")
}

function put_errors(i,    k) {
    put(".Sh ERRORS")
    if (errors[i]) {
        put(".Bl -tag -width Ds")
        for (k = 1; k <= errors[i]; k++)
            put_item("Bq Er ERROR_" error_code[i, k], error_text[i, k])
        put(".El")
        put(".Pp")
    }
    put("Errors that every invocation has in common, and the words that explain an")
    put("error, are listed in")
    put(".Xr kcall 7 .")
}

function write_page(i,    title) {
    title = reserved[i] ? "kc_" tolower(name[i]) : stub[i]
    page = dir "/" title ".2"
    put(".\\\" SPDX-License-Identifier: BSD-2-Clause")
    put(".\\\" Made from abi/spec by tool/abigen_man.awk.")
    put(".Dd November 22, 2026")
    put(".Dt " toupper(title) " 2")
    put(".Os UX/RT")
    put(".Sh NAME")
    put(".Nm " title)
    put(".Nd " tolower_first(brief[i]))
    put_synopsis(i)
    put_description(i)
    if (kind[i] == "syscall") put_registers(i)
    else {
        put_message(i)
        put_errors(i)
    }
    put(".Sh SEE ALSO")
    if (see[i]) put(".Xr " see[i] " 7 ,")
    put(".Xr kcall 7")
    if (source[i]) {
        put(".Sh STANDARDS")
        put("Follows the interface of seL4 16 (MCS). Source: " source[i] ".")
    }
    close(page)
    print title ".2"
}

END {
    if (failed) exit 1
    for (i = 1; i <= entry; i++) write_page(i)
}
