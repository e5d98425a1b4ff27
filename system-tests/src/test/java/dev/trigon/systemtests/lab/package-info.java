/** A network to test in: hosts, the real programs on them, real clients, and what is counted where packets pass. */
@NullMarked
package dev.trigon.systemtests.lab;

import org.jspecify.annotations.NullMarked;
