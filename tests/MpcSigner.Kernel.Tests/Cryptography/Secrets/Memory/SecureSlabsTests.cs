using MpcSigner.Cryptography.Secrets.Memory;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.Memory;

/// <summary>On slabs of its own, so that what other tests hold does not disturb it.</summary>
public sealed unsafe class SecureSlabsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(208)]
    [InlineData(100_000)]
    public void Released_memory_is_zero(int length)
    {
        var slabs = new SecureSlabs();
        using var keeper = slabs.Allocate(1);
        var memory = slabs.Allocate(length);
        var address = memory.DangerousGetHandle();
        memory.DangerousSpan.Fill(0xa5);

        memory.Dispose();

        // The slab stays mapped: reading what was released is legal here, and only here.
        Assert.True(new ReadOnlySpan<byte>((void*)address, length).IndexOfAnyExcept((byte)0) < 0);
    }

    [Fact]
    public void Memory_is_zero_when_handed_out_again_and_pieces_do_not_overlap()
    {
        var slabs = new SecureSlabs();
        var held = new Dictionary<nint, SecureMemory>();
        var random = new Random(5);
        for (var round = 0; round < 1500; round++)
        {
            if (held.Count > 0 && random.Next(3) == 0)
            {
                var (address, memory) = held.ElementAt(random.Next(held.Count));
                Assert.True(memory.DangerousSpan.IndexOfAnyExcept(Mark(address)) < 0, "another piece wrote here");
                held.Remove(address);
                memory.Dispose();
                continue;
            }
            var piece = slabs.Allocate(random.Next(1, 2000));
            Assert.True(piece.DangerousSpan.IndexOfAnyExcept((byte)0) < 0, "not zero when handed out");
            piece.DangerousSpan.Fill(Mark(piece.DangerousGetHandle()));
            held.Add(piece.DangerousGetHandle(), piece);
        }
        foreach (var (address, memory) in held)
        {
            Assert.True(memory.DangerousSpan.IndexOfAnyExcept(Mark(address)) < 0, "another piece wrote here");
            memory.Dispose();
        }
        Assert.Equal(0, slabs.BytesInUse);

        static byte Mark(nint address) => (byte)(1 + address / 32 % 255);
    }

    [Fact]
    public void All_of_a_slab_can_be_used_and_comes_back_whole()
    {
        var slabs = new SecureSlabs { Limit = SecureSlabs.SlabSize };
        for (var round = 0; round < 3; round++)
        {
            var pieces = Enumerable.Range(0, SecureSlabs.SlabSize / 32).Select(_ => slabs.Allocate(32)).ToArray();
            Assert.Throws<SecureMemoryException>(() => slabs.Allocate(1));
            foreach (var piece in pieces)
                piece.Dispose();
            using var whole = slabs.Allocate(SecureSlabs.SlabSize);
            Assert.Equal(SecureSlabs.SlabSize, whole.Length);
        }
    }

    [Fact]
    public void Growth_stops_at_the_bound_and_goes_on_below_it()
    {
        var slabs = new SecureSlabs { Limit = 2 * SecureSlabs.SlabSize };
        var first = slabs.Allocate(SecureSlabs.SlabSize);
        using var second = slabs.Allocate(SecureSlabs.SlabSize);

        Assert.Contains("bound", Assert.Throws<SecureMemoryException>(() => slabs.Allocate(32)).Message, StringComparison.Ordinal);
        first.Dispose();
        slabs.Allocate(32).Dispose();
    }

    [Fact]
    public void Large_pieces_have_slabs_of_their_own_that_are_given_back()
    {
        var slabs = new SecureSlabs { Limit = 1024 * 1024 };
        for (var i = 0; i < 5; i++)
            slabs.Allocate(600_000).Dispose();
        Assert.Equal(0, slabs.BytesInUse);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(SecureSlabs.MaxPiece + 1)]
    public void Rejects_lengths_out_of_range(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SecureSlabs().Allocate(length));

    [Fact]
    public void The_lock_status_counts_what_was_mapped()
    {
        var slabs = new SecureSlabs();
        var status = slabs.LockStatus;

        Assert.Equal(SecureSlabs.SlabSize, status.LockedBytes + status.UnlockedBytes);
        Assert.Equal(status.Locked, status.UnlockedBytes == 0);
    }

    [Fact]
    public void A_forgotten_piece_is_wiped_and_taken_back()
    {
        var slabs = new SecureSlabs();
        using var keeper = slabs.Allocate(1);
        var address = Forget(slabs);
        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.True(new ReadOnlySpan<byte>((void*)address, 64).IndexOfAnyExcept((byte)0) < 0);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static nint Forget(SecureSlabs slabs)
        {
            var memory = slabs.Allocate(64);
            memory.DangerousSpan.Fill(0xa5);
            return memory.DangerousGetHandle();
        }
    }

    [Fact]
    public void A_borrower_keeps_the_memory_alive()
    {
        var slabs = new SecureSlabs();
        var memory = slabs.Allocate(32);
        using (var borrowed = memory.Borrow())
        {
            borrowed.Span.Fill(7);
            memory.Dispose();
            Assert.Equal(7, borrowed.Span[31]);
            Assert.NotEqual(0, slabs.BytesInUse);
        }
        Assert.Equal(0, slabs.BytesInUse);
    }

    [Fact]
    public void Taking_bytes_over_wipes_where_they_were()
    {
        byte[] source = [1, 2, 3];
        using var memory = SecureMemory.TakeFrom(source);

        Assert.Equal([1, 2, 3], memory.DangerousSpan.ToArray());
        Assert.Equal([0, 0, 0], source);
    }
}
