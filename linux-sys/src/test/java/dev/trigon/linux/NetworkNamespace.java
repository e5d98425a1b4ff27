package dev.trigon.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.jna.Native;
import dev.trigon.linux.libc.LibC;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Runs each test method in a network namespace of its own: in a thread that has left the namespace it was born in. Sockets and
 * child processes of that thread are in the new one, which is gone when the last of them is. Needs root; without it the test
 * is skipped.
 */
public final class NetworkNamespace implements InvocationInterceptor {
    private static final int CLONE_NEWNET = 0x40000000;

    /** sched.h. */
    private static final class Sched {
        static {
            Native.register(Sched.class, "c");
        }

        static native int unshare(int flags);
    }

    /** Runs a command in the namespace of the calling thread, which has to succeed. */
    public static void sh(String command) {
        Result result = run(command);
        assertThat(result.status).as("%s: %s", command, result.output).isZero();
    }

    /** Runs a command in the namespace of the calling thread: for what not every kernel can. */
    public static boolean succeeds(String command) {
        return run(command).status == 0;
    }

    /** What a command that has to succeed says. */
    public static String output(String command) {
        Result result = run(command);
        assertThat(result.status).as("%s: %s", command, result.output).isZero();
        return result.output;
    }

    private record Result(int status, String output) {}

    private static Result run(String command) {
        try {
            Process process = new ProcessBuilder("sh", "-ec", command)
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output);
        } catch (IOException e) {
            throw new AssertionError(command, e);
        } catch (InterruptedException e) {
            throw new AssertionError(command, e);
        }
    }

    /** Moves the calling thread to a namespace of its own. */
    static void leave() {
        if (Sched.unshare(CLONE_NEWNET) != 0) {
            throw new LinuxException("unshare(CLONE_NEWNET)", LibC.errno());
        }
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        runInside(invocation);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        runInside(invocation);
    }

    private static void runInside(Invocation<Void> invocation) throws Throwable {
        assumeThat(LibC.geteuid()).as("a network namespace needs root").isZero();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread inside = new Thread(
                () -> {
                    try {
                        leave();
                        invocation.proceed();
                    } catch (Throwable e) {
                        failure.set(e);
                    }
                },
                "netns");
        inside.start();
        inside.join();
        if (failure.get() != null) {
            throw failure.get();
        }
    }
}
