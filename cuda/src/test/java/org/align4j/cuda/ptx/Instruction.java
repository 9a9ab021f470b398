package org.align4j.cuda.ptx;

/**
 * An instruction that can be run.
 *
 * @param predicate index of its predicate, or -1
 * @param negated whether it runs where the predicate is false
 * @param op what it does
 * @param statement as it is written
 */
record Instruction(int predicate, boolean negated, Op op, Statement statement) {}
