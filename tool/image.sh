# SPDX-License-Identifier: BSD-2-Clause
# Part of ./uxrt: makes an ISO file that boots the kernel by GRUB, from BIOS and UEFI.

# make_image KERNEL ROOT OUTPUT
make_image() {
    tree=$build/image
    rm -rf "$tree"
    mkdir -p "$tree/boot/grub"
    cp "$1" "$tree/boot/kernel.elf"
    cp "$2" "$tree/boot/root.elf"
    cp "$top/tool/grub.cfg" "$tree/boot/grub/grub.cfg"
    grub-mkrescue -o "$3" "$tree" >"$build/image.log" 2>&1 && return 0
    cat "$build/image.log" >&2
    return 1
}

image() {
    [ $# -eq 0 ] || usage_error "image takes no argument $1"
    prepare
    output=${output:-$build/uxrt.iso}
    root_elf=$(root_file)
    kernel_elf=$(kernel_file)
    make_image "$kernel_elf" "$root_elf" "$output" || die 'GRUB could not make the image'
    echo "$output"
}
