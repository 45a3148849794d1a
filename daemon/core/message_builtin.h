/* The built-in templates of messages, laid down by message_builtin.S: text of the files in core/messages/. */
#ifndef CORE_MESSAGE_BUILTIN_H
#define CORE_MESSAGE_BUILTIN_H

extern const char message_builtin_subject_start[], message_builtin_subject_end[];
extern const char message_builtin_text_start[], message_builtin_text_end[];
extern const char message_builtin_html_start[], message_builtin_html_end[];
extern const char message_builtin_frame_start[], message_builtin_frame_end[];

#endif
