@NullMarked
package dev.trigon.dataplane.balance;

import org.jspecify.annotations.NullMarked;
