package dev.trigon.agent;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/** {@code vip-agent down}: everything as it was before; a running agent is told to stop, which comes to the same. */
@Command(name = "down", description = "Puts everything back as it was; stops an agent that is running.")
final class DownCommand implements Callable<Integer> {
    private static final long STOP_TIMEOUT_MS = 15_000;

    @Mixin
    private StateOption state = new StateOption();

    @Override
    public Integer call() {
        Logger log = LoggerFactory.getLogger(DownCommand.class);
        StateDirectory directory = state.open("down");
        directory.create();
        AgentLock.holder(directory.lock()).flatMap(ProcessHandle::of).ifPresent(agent -> {
            log.info("stopping the agent, pid {}", agent.pid());
            agent.destroy();
        });
        AgentLock lock = AgentLock.acquire(directory.lock(), STOP_TIMEOUT_MS)
                .orElseThrow(
                        () -> new Refusal("down", "the running agent does not end", "kill -9 it, then run this again"));
        try (Kernel kernel = new Kernel()) {
            Optional<Journal> journal = directory.read();
            if (journal.isEmpty()) {
                log.info("nothing to put back");
            } else {
                Agent.toPutBack(kernel, directory, journal.get()).putBack();
            }
        } finally {
            lock.close();
        }
        return ExitCode.OK;
    }
}
