package org.align4j.algorithms.settings.field;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a setting means: the one text that templates, documents and readers of the code see. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Doc {

  /** What it is, its unit and its bounds; where the number comes from. */
  String value();

  /** For an optional setting: the word that leaves it open, such as {@code convention}. */
  String unset() default "none";

  /**
   * False for what costs memory or time only, and for places of files, whose contents count: a
   * resumed run may have another value.
   */
  boolean changesResults() default true;
}
