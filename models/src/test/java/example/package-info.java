/** What a user of the library writes, from outside its packages. */
@NullMarked
package example;

import org.jspecify.annotations.NullMarked;
