package org.align4j.algorithms.data;

/** What happens to a line that cannot be used. It is reported with file and number either way. */
public enum BadLines {
  /** Left out, with a warning. */
  SKIP,
  /** The file is refused. */
  FATAL
}
