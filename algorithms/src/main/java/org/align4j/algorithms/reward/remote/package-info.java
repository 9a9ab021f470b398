/**
 * Rewards behind HTTP: an endpoint with OpenRLHF's JSON, and a judge behind an OpenAI-compatible
 * one. Start at {@link org.align4j.algorithms.reward.remote.RemoteReward}.
 */
@NullMarked
package org.align4j.algorithms.reward.remote;

import org.jspecify.annotations.NullMarked;
