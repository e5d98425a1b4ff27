package dev.trigon.cli;

import dev.trigon.dataplane.api.BackendEntry;
import dev.trigon.dataplane.api.BackendView;
import java.util.function.Function;
import picocli.CommandLine.Parameters;

/** Which backend a command is about, and how it is told what shall be of it. */
final class BackendChange {
    @Parameters(index = "0", paramLabel = "SERVICE", description = "The service.")
    private String service = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "The backend.")
    private String name = "";

    String path() {
        return Session.path("services", service, "backends", name);
    }

    String backend() {
        return "backend " + name + " of service " + service;
    }

    boolean isAbout(BackendView view) {
        return view.name().equals(name) && view.former() == null;
    }

    String pathOfAll() {
        return Session.path("services", service, "backends");
    }

    String pathOfService() {
        return Session.path("services", service);
    }

    /** Sets a state, the same one again without complaint. */
    void toState(Session session, String state, Function<BackendView, String> said) {
        ControlReply reply = session.send("PATCH", path(), new BackendEntry(null, null, null, state, null));
        session.print(
                reply,
                () -> session.out().println(backend() + " " + said.apply(session.read(reply, BackendView.class))));
    }
}
