package dev.trigon.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NamespaceLockTest {
    private static final String NAME = "trigon-test-" + ProcessHandle.current().pid();

    @Test
    void shouldBeHeldByOneAtATime() {
        try (NamespaceLock held = NamespaceLock.take(NAME).orElseThrow()) {
            assertThat(held).isNotNull();
            assertThat(NamespaceLock.take(NAME)).isEmpty();
            assertThat(NamespaceLock.take(NAME + "-other")).hasValueSatisfying(NamespaceLock::close);
        }
        assertThat(NamespaceLock.take(NAME)).hasValueSatisfying(NamespaceLock::close);
    }
}
