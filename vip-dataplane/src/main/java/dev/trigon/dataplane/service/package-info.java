@NullMarked
package dev.trigon.dataplane.service;

import org.jspecify.annotations.NullMarked;
