package dev.trigon.cli;

import dev.trigon.dataplane.api.BackendEntry;
import dev.trigon.dataplane.api.BackendView;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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

    private boolean isAbout(BackendView view) {
        return view.name().equals(name) && view.former() == null;
    }

    private String pathOfAll() {
        return Session.path("services", service, "backends");
    }

    String pathOfService() {
        return Session.path("services", service);
    }

    /** One that was removed counts as one without: whoever did so knows of its flows. */
    long activeFlows(Session session) {
        return activeFlows(session, this::isAbout);
    }

    /** Of all that have its name, former ones too; at this address, if one is given. */
    long activeFlowsAt(Session session, @Nullable String address) {
        return activeFlows(
                session,
                view -> view.name().equals(name)
                        && (address == null || view.address().equals(address)));
    }

    private long activeFlows(Session session, Predicate<BackendView> which) {
        return Stream.of(session.read(session.get(pathOfAll()), BackendView[].class))
                .filter(which)
                .mapToLong(BackendView::activeFlows)
                .sum();
    }

    /** Sets a state, the same one again without complaint. */
    void toState(Session session, String state, Function<BackendView, String> said) {
        ControlReply reply = session.send("PATCH", path(), new BackendEntry(null, null, null, state, null));
        session.print(
                reply,
                () -> session.out().println(backend() + " " + said.apply(session.read(reply, BackendView.class))));
    }
}
