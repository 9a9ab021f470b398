/**
 * Policy, critic and reference, and the packing of their sequences. Start at {@link
 * org.align4j.models.policy.PackedSequences}.
 */
@NullMarked
package org.align4j.models.policy;

import org.jspecify.annotations.NullMarked;
