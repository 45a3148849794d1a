/* The built-in templates of messages, as they are. */

    .macro template name
    .global message_builtin_\name\()_start
    .global message_builtin_\name\()_end
    .balign 16
message_builtin_\name\()_start:
    .incbin "daemon/core/messages/\name\().mustache"
message_builtin_\name\()_end:
    .byte 0
    .endm

    .section .rodata
    template subject
    template text
    template html
    template frame

    .section .note.GNU-stack, "", %progbits
