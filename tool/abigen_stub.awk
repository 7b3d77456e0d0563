# SPDX-License-Identifier: BSD-2-Clause
# Writes the header with a stub for every invocation:
#   awk -f tool/abigen.awk -f tool/abigen_stub.awk abi/spec/FILE.spec... >HEADER

function c_type(type) {
    if (type == "bool") return "bool"
    if (type == "byte") return "uint8_t"
    if (type == "half") return "uint16_t"
    if (type == "u32") return "uint32_t"
    if (type == "context") return "struct user_context"
    return "uint64_t"
}

# A parameter as it is declared.
function declare(i, k,    type) {
    type = param_type[i, k]
    if (param_dir[i, k] == "cap") return "cptr " param_name[i, k]
    if (param_dir[i, k] == "out") return c_type(type) " *" param_name[i, k]
    if (type == "context") return "const struct user_context *" param_name[i, k]
    return c_type(type) " " param_name[i, k]
}

# Prints the words of a line, broken at 90 columns behind a comma.
function print_wrapped(start, list, count, finish, indent,    i, line, piece) {
    line = start
    for (i = 1; i <= count; i++) {
        piece = list[i] (i < count ? "," : finish)
        if (length(line) + 1 + length(piece) > 90) {
            print line
            line = sprintf("%*s%s", indent, "", piece)
        } else {
            line = line (i > 1 ? " " : "") piece
        }
    }
    print line
}

function write_signature(i,    list, count, k) {
    list[count = 1] = "cptr " on[i]
    for (k = 1; k <= params[i]; k++) list[++count] = declare(i, k)
    print_wrapped("static inline enum error_code " stub[i] "(", list, count, ")", 4)
}

# The expression for message word w.
function word_value(i, w,    k, value, piece) {
    value = ""
    for (k = 1; k <= params[i]; k++) {
        if (param_dir[i, k] != "in" || param_word[i, k] != w) continue
        if (param_type[i, k] == "context") continue
        piece = param_name[i, k]
        if (param_shift[i, k]) piece = "(uint64_t)" piece " << " param_shift[i, k]
        value = value (value == "" ? "" : " | ") piece
    }
    if (length(value) > 70) gsub(/ \| /, " |\n        ", value)
    return value
}

function write_words(i,    w, list, count) {
    for (w = 0; w < in_words[i] && w < 4; w++) list[++count] = word_value(i, w)
    if (!count) list[count = 1] = "0"
    print_wrapped("    uint64_t mr[MESSAGE_FAST_REGISTERS] = {", list, count, "};", 8)
    print ""
}

function write_call(i, assign,    k, w, count) {
    for (k = 1; k <= params[i]; k++)
        if (param_dir[i, k] == "cap")
            print "    kc_set_cap(" param_word[i, k] ", " param_name[i, k] ");"
    for (w = 4; w < in_words[i]; w++)
        print "    kc_set_word(" w ", " word_value(i, w) ");"
    count = in_words[i] + 0
    for (k = 1; k <= params[i]; k++)
        if (param_dir[i, k] == "in" && param_type[i, k] == "context") {
            print "    kc_put_context(mr, " count ", " param_name[i, k] ", count);"
            count = count " + count"
        }
    print "    " assign "kc_invoke(" on[i] ", message_info("
    print "        INVOKE_" name[i] ", 0, " caps[i] + 0 ", " count "), mr);"
}

function write_results(i,    k, value) {
    print "    if (error == ERROR_NONE) {"
    for (k = 1; k <= params[i]; k++) {
        if (param_dir[i, k] != "out") continue
        if (param_type[i, k] == "context") {
            print "        kc_get_context(mr, " param_name[i, k] ", count);"
            continue
        }
        value = "mr[" param_word[i, k] "]"
        if (bits[param_type[i, k]] < 64) value = "(" c_type(param_type[i, k]) ")" value
        print "        *" param_name[i, k] " = " value ";"
    }
    print "    }"
    print "    return error;"
}

function write_stub(i) {
    print "/* " brief[i] ". */"
    write_signature(i)
    print "{"
    write_words(i)
    if (out_bits[i]) {
        write_call(i, "enum error_code error = ")
        print ""
        write_results(i)
    } else {
        write_call(i, "return ")
    }
    print "}"
    print ""
}

END {
    if (failed) exit 1
    head("A function for every invocation, each with a manual page of its name.")
    print "#include <abi/invocation.h>"
    print "#include <kcall/syscall.h>"
    print ""
    for (i = 1; i <= entry; i++)
        if (kind[i] == "invocation" && !reserved[i]) write_stub(i)
}
