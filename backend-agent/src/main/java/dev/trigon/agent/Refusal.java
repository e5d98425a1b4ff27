package dev.trigon.agent;

/** What the agent will not or cannot do: what, why, and what to do about it, in one line for the operator. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refusal(String what, String why, String whatToDo) {
        super(what + ": " + why + "; " + whatToDo);
    }

    Refusal(String what, String why, String whatToDo, Throwable cause) {
        super(what + ": " + why + "; " + whatToDo, cause);
    }
}
