/** What scripts/bench runs: a load and what measures it, and the bare loops that vipd is compared with. */
@NullMarked
package dev.trigon.bench;

import org.jspecify.annotations.NullMarked;
