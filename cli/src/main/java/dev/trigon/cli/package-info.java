/** vipctl: what operators type. One class a command; all of them talk to vipd through its control socket and no other way. */
@NullMarked
package dev.trigon.cli;

import org.jspecify.annotations.NullMarked;
