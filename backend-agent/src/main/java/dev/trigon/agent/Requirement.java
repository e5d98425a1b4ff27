package dev.trigon.agent;

import java.util.function.Predicate;

/**
 * A value that an item must have.
 *
 * @param holds whether a value is right as it is: what is stricter than we need stays
 * @param target what to set where it is not
 */
record Requirement(Item item, Predicate<String> holds, String target) {}
