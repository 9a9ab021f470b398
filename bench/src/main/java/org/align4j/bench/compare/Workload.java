package org.align4j.bench.compare;

import java.util.Optional;
import java.util.function.Supplier;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.reward.Reward;
import org.align4j.models.policy.Policy;

/**
 * What the algorithms are compared on.
 *
 * @param name in messages: the embedded task, or model and file
 * @param policy reads the SFT policy; each run gets its own copy, and the reference starts from
 *     another
 * @param training prompts to train on
 * @param heldOut prompts of the evaluation; empty for none
 * @param reward scores the responses
 */
public record Workload(
    String name,
    Supplier<Policy> policy,
    Prompts training,
    Optional<Prompts> heldOut,
    Reward reward) {}
