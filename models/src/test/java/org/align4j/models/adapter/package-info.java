@NullMarked
package org.align4j.models.adapter;

import org.jspecify.annotations.NullMarked;
