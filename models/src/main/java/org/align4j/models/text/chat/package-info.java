/**
 * Chats to texts by a checkpoint's chat template. Start at {@link
 * org.align4j.models.text.chat.ChatTemplate}.
 */
@NullMarked
package org.align4j.models.text.chat;

import org.jspecify.annotations.NullMarked;
