# SPDX-License-Identifier: BSD-2-Clause
# Takes the commands or the outputs out of a guide (doc/guide):
#   awk -v want=sh|output -f tool/guide.awk GUIDE
/^```/ {
    inside = $0 == "```" want && !open ? 1 : 0
    open = !open
    next
}
inside
