/** What operators write, read into values: vipd.yaml, the services file, requests, and the words in them. */
@NullMarked
package dev.trigon.dataplane.config;

import org.jspecify.annotations.NullMarked;
