package org.align4j.core.plan;

/**
 * One entry of a schedule; its place is the time that {@link Storage} counts in.
 *
 * @param operation index into the layout's operations; their number for the head
 */
record Step(Pass pass, int operation) {

  enum Pass {
    FORWARD,
    HEAD_FORWARD,
    HEAD_BACKWARD,
    /** A cheap output made again for the backward steps that follow. */
    RECOMPUTE,
    BACKWARD
  }
}
