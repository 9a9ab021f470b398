/**
 * What compiles {@code src/main/cuda} and checks what was compiled; not shipped. Uses the JDK only,
 * so that {@code java KernelCompiler.java} runs it.
 */
@NullMarked
package org.align4j.cuda.build;

import org.jspecify.annotations.NullMarked;
