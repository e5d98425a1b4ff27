package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.PendingView;
import dev.trigon.dataplane.api.PlanView;
import dev.trigon.dataplane.api.ServiceEntry;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services in force. A change is made whole or not at all: the new list is checked, saved, put in force, and only then
 * confirmed. Changes come one after another; readers never wait and see one list or the next.
 */
public final class ServiceRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceRegistry.class);

    /** What a worker may take to tell the flow table of a new flow, and more. */
    static final long SETTLING_NS = TimeUnit.SECONDS.toNanos(5);

    private final ServicesStore store;
    private final History history;
    private final DataPath dataPath;
    private final Clocks clocks;
    private final Deadline deadline;
    /** Since when the former backends are that, by id. Under this object's lock. */
    private final Map<Integer, Long> formerSinceNs = new HashMap<>();
    /** Whether the data path has what is here. Under this object's lock. */
    private boolean published;
    /** So that it is said once and not every time. Under this object's lock. */
    private boolean forgettingFails;
    /** The same. */
    private boolean goingBackFails;
    /** Written under this object's lock only. */
    private volatile ServicesState state;

    ServiceRegistry(ServicesStore store, History history, ServicesState state, DataPath dataPath, Clocks clocks) {
        this.store = store;
        this.history = history;
        this.state = state;
        this.dataPath = dataPath;
        this.clocks = clocks;
        this.deadline = new Deadline(clocks);
        noteFormer();
        deadline.note(state.revision().pending());
    }

    /** Reads what was saved. Nothing is in force before {@link #resume()}. */
    public static ServiceRegistry open(StateDirectory directory, DataPath dataPath) throws Refusal {
        return open(new ServicesStore(directory.path()), dataPath, Clocks.SYSTEM);
    }

    static ServiceRegistry open(ServicesStore store, DataPath dataPath, LongSupplier clockNs) throws Refusal {
        return open(store, dataPath, new Clocks(clockNs, Clocks.SYSTEM.wallMs()));
    }

    static ServiceRegistry open(ServicesStore store, DataPath dataPath, Clocks clocks) throws Refusal {
        ServicesState saved = store.load();
        ServicesState state = saved.givingIdsAbove(dataPath.highestBackendId());
        if (!state.equals(saved)) {
            LOG.warn(
                    "{} is gone or an older copy: flows name backends up to number {}, and it would give numbers from {} on"
                            + " to others, who would get those flows; numbers go on at {}, and flows of backends that it"
                            + " does not know are placed anew",
                    store.file(),
                    dataPath.highestBackendId(),
                    saved.nextBackendId(),
                    state.nextBackendId());
        }
        History history = History.open(store.directory());
        return new ServiceRegistry(store, history, numbered(state, history), dataPath, clocks);
    }

    /** A number is never given twice, also where services.json is an older copy, or one of a vipd that numbered nothing. */
    private static ServicesState numbered(ServicesState state, History history) {
        Revision revision = state.revision();
        if (history.last() > revision.number()) {
            return state.at(new Revision(history.last() + 1, revision.pending()));
        }
        return revision.number() == 0 && !state.services().isEmpty() ? state.at(revision.next(null)) : state;
    }

    /** From the list as it is to the list as it shall be. */
    interface Edit {
        List<ServiceDraft> apply(List<ServiceDraft> present) throws Refusal;
    }

    /** @param revision that is in force after it */
    record Change(List<ServiceSpec> before, List<ServiceSpec> after, long revision) {}

    public List<ServiceSpec> services() {
        return state.services();
    }

    /** All of it at one moment. */
    ServicesState state() {
        return state;
    }

    History history() {
        return history;
    }

    /**
     * Puts the saved services in force, as a start does. What was accepted before is not refused now: after a boot a route
     * may come later than vipd, and one server's must not keep the others from working. It is logged instead.
     */
    public synchronized void resume() {
        if (takeBackIfDue()) {
            return;
        }
        warnIfRefused(List.of(), state.services());
        dataPath.publish(state.configured());
        published = true;
        if (history.last() < state.revision().number()) {
            // made just before vipd ended, before there was a history, or by whoever put another services.json there
            record(state, "start of vipd", "services as they were found");
            saveNumber();
        }
    }

    private void warnIfRefused(List<ServiceSpec> before, List<ServiceSpec> after) {
        try {
            dataPath.check(before, after);
        } catch (Refusal e) {
            LOG.warn("saved services are in force although one would be refused now: {}", e.getMessage());
        }
    }

    private void saveNumber() {
        try {
            store.save(state);
        } catch (IOException e) {
            LOG.warn("{} cannot be written ({}), so revision {} is not saved", store.file(), e.toString(), number());
        }
    }

    private long number() {
        return state.revision().number();
    }

    Change change(Edit edit) throws Refusal {
        return change(edit, Terms.of("a change"));
    }

    Change change(Edit edit, Terms terms) throws Refusal {
        return change(edit, former -> false, terms);
    }

    /** @param forcedOut of what is configured no more, that which keeps its flows no longer */
    synchronized Change change(Edit edit, Predicate<FormerBackend> forcedOut, Terms terms) throws Refusal {
        ServicesState before = state;
        ServicesState after = checked(before, edit, forcedOut, terms);
        if (!after.equals(before)) {
            Duration within = terms.confirmWithin();
            Pending pending = within == null ? null : deadline.begin(before, within);
            putOrRefuse(before, after.at(before.revision().next(pending)), terms.command());
        }
        return new Change(before.services(), after.services(), number());
    }

    /** What {@link #change} would come to, by all of its checks; changes nothing. */
    PlanView plan(Edit edit, Terms terms) throws Refusal {
        ServicesState before = state;
        return Plan.of(before, checked(before, edit, former -> false, terms), dataPath);
    }

    private ServicesState checked(ServicesState before, Edit edit, Predicate<FormerBackend> forcedOut, Terms terms)
            throws Refusal {
        terms.check(before.revision().number());
        List<ServiceDraft> present =
                before.services().stream().map(ServiceDraft::of).toList();
        ServicesState after = before.with(edit.apply(present), forcedOut);
        if (!after.equals(before)) {
            Pending pending = before.revision().pending();
            if (pending != null) {
                throw pending.inTheWay();
            }
            dataPath.check(before.services(), after.services());
        }
        return after;
    }

    /** Keeps what waits to be confirmed. Answers its revision. */
    synchronized long confirm(Terms terms) throws Refusal {
        terms.check(number());
        Pending pending = state.revision().pending();
        if (pending == null) {
            throw ServiceRules.conflict(
                    "confirm", "nothing waits to be confirmed", "see `vipctl history` for what was changed");
        }
        if (deadline.isOver(pending)) {
            takeBackIfDue();
            throw ServiceRules.conflict(
                    "confirm",
                    "revision " + (pending.backTo() + 1) + " was to be confirmed within " + pending.within()
                            + " and goes back",
                    "apply it again");
        }
        ServicesState after = state.at(state.revision().confirmed());
        try {
            store.save(after);
        } catch (IOException e) {
            throw notSaved(e);
        }
        state = after;
        return number();
    }

    /** @param to an entry of the history; null: what was before the last change */
    synchronized Change goBack(@Nullable Long to, Terms terms) throws Refusal {
        ServicesState before = state;
        terms.check(number());
        Pending pending = before.revision().pending();
        List<ServiceEntry> wanted =
                to == null && pending != null ? pending.services() : history.services(to == null ? number() - 1 : to);
        ServicesState after = before.with(SavedServices.drafts(wanted, "the history"));
        if (pending != null || !after.equals(before)) {
            dataPath.check(before.services(), after.services());
            putOrRefuse(before, after.at(before.revision().next(null)), terms.command());
        }
        return new Change(before.services(), after.services(), number());
    }

    /** Takes back what was not confirmed in time, if it was not. Answers whether it did. */
    synchronized boolean goBackIfDue() {
        return published && takeBackIfDue();
    }

    /** What cannot be saved is tried again. It was in force before, so it is not refused now. */
    private boolean takeBackIfDue() {
        ServicesState before = state;
        Pending pending = before.revision().pending();
        if (pending == null || !deadline.isOver(pending)) {
            return false;
        }
        try {
            ServicesState after = before.with(SavedServices.drafts(pending.services(), "the history"));
            String late = "not confirmed within " + pending.within();
            put(before, after.at(before.revision().next(null)), late + ": rolled back");
            LOG.warn("revision {} was {} and is rolled back", pending.backTo() + 1, late);
            warnIfRefused(before.services(), after.services());
            goingBackFails = false;
            return true;
        } catch (IOException | Refusal e) {
            if (!goingBackFails) {
                LOG.error("what was not confirmed stays until it can be rolled back: {}", e.toString());
            }
            goingBackFails = true;
            return false;
        }
    }

    @Nullable
    PendingView pending() {
        Pending pending = state.revision().pending();
        return pending == null ? null : deadline.view(pending);
    }

    private void putOrRefuse(ServicesState before, ServicesState after, String command) throws Refusal {
        try {
            put(before, after, command);
        } catch (IOException e) {
            throw notSaved(e);
        }
    }

    private void put(ServicesState before, ServicesState after, String command) throws IOException {
        store.save(after);
        publish(before, after);
        state = after;
        noteFormer();
        deadline.note(after.revision().pending());
        record(after, command, Summary.of(before.services(), after.services()));
    }

    private void record(ServicesState made, String command, String summary) {
        List<ServiceEntry> services = Views.configuration(made.services()).services();
        long wallMs = clocks.wallMs().getAsLong();
        history.add(History.Entry.of(made.revision().number(), wallMs, command, summary, services));
    }

    private void noteFormer() {
        Set<Integer> ids = state.former().stream().map(FormerBackend::id).collect(Collectors.toSet());
        formerSinceNs.keySet().retainAll(ids);
        ids.forEach(id -> formerSinceNs.putIfAbsent(id, clocks.ns().getAsLong()));
    }

    /** Forgets former backends that no flow names. Until what was saved is in force, that is not for anybody to say. */
    synchronized void forgetUnused() {
        ServicesState before = state;
        long atLeastNs = formerAtLeastNs();
        ServicesState after = before.forgetting(former -> isUnused(former, atLeastNs));
        if (!published || after.equals(before)) {
            return;
        }
        try {
            store.save(after);
            publish(before, after);
            state = after;
            noteFormer();
            forgettingFails = false;
        } catch (IOException e) {
            if (!forgettingFails) {
                LOG.warn("former backends are kept until {} can be written ({})", store.file(), e.toString());
            }
            forgettingFails = true;
        }
    }

    private boolean isUnused(FormerBackend former, long atLeastNs) {
        long nowNs = clocks.ns().getAsLong();
        long sinceNs = formerSinceNs.getOrDefault(former.id(), nowNs);
        return nowNs - sinceNs >= atLeastNs && dataPath.load(former.id()).activeFlows() == 0;
    }

    /**
     * How long a backend that is configured no more is kept at least: a handshake with it may be under way, whose flow
     * begins with its end. Any service's, since another may have taken over its VIP and port.
     */
    private long formerAtLeastNs() {
        long gatewayMs = dataPath.handshakeMs();
        long longestMs = state.services().stream()
                .mapToLong(service -> service.flows().timeouts().synMs(gatewayMs))
                .reduce(gatewayMs, Math::max);
        return TimeUnit.MILLISECONDS.toNanos(longestMs) + SETTLING_NS;
    }

    private Refusal notSaved(IOException e) {
        LOG.error("{} could not be written", store.file(), e);
        return new Refusal(
                Refusal.Kind.NOT_SAVED,
                "the change",
                "it could not be saved to " + store.file() + " (" + e.getMessage() + "), so what was in force stays",
                "make room on that file system or repair it, and try again");
    }

    /** A data path that fails to take a list is a fault of ours; it gets back the list that worked, and so does the file. */
    private void publish(ServicesState before, ServicesState after) {
        try {
            dataPath.publish(after.configured());
            published = true;
        } catch (RuntimeException e) {
            try {
                store.save(before);
                dataPath.publish(before.configured());
            } catch (IOException | RuntimeException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }
}
