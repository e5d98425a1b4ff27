/** The kernel's links, addresses, routes and neighbours, over an rtnetlink socket of our own. */
@NullMarked
package dev.trigon.linux.netlink;

import org.jspecify.annotations.NullMarked;
