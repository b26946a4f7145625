using System.Security.Cryptography;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Statements;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Requests;

/// <summary>What a request must be to be looked at: signed by a client of the roster over exactly these bytes, for this cluster, in force now.</summary>
public sealed class RequestGateTests : IDisposable
{
    private readonly MiniCluster _mini = new(3, start: false);
    private readonly RequestGate _gate;

    public RequestGateTests() => _gate = new(new(_mini.Nodes[0].NewSetup()));

    public void Dispose() => _mini.Dispose();

    private Reason? Judge(SignedRequest signed, bool ever = false, Door door = Door.Client)
    {
        var taken = ever ? _gate.TryAuthenticateEver(signed, out var request, out var error) : _gate.TryAuthenticate(signed, door, _mini.Now, out request, out error);
        Assert.Equal(taken, request is not null);
        Assert.NotEqual(taken, error is not null);
        return error?.Reason;
    }

    [Fact]
    public void Takes_a_clients_own_words_and_binds_its_name_and_key_in_the_scope()
    {
        var signed = _mini.Sign(_mini.Creation(2, 3), "mine");
        Assert.True(_gate.TryAuthenticate(signed, Door.Client, _mini.Now, out var request, out _));
        Assert.True(_gate.TryAuthenticateEver(signed, out var ever, out _));
        Assert.Equal((signed, _mini.Client, new(SHA256.HashData(signed.Body.Span))), (request.Signed, request.Client.Id, request.BodyHash));
        Assert.Equal(RequestStatements.BookingScope(BookingRow.IdempotencyKind, _mini.Client, "mine"), request.Scope);
        Assert.Equal((request.Scope, request.BodyHash), (ever.Scope, ever.BodyHash));
    }

    [Fact]
    public void Refuses_what_is_none_now_and_ever()
    {
        var good = _mini.Sign(_mini.Creation(2, 3));
        var forged = good.Signature.ToArray();
        forged[7] ^= 1;
        var other = _mini.Sign(_mini.Creation(2, 3), change: body => body with { Cluster = new(Fill(0x77)) });
        foreach (var ever in new[] { false, true })
        {
            Assert.Null(Judge(good, ever));
            Assert.Equal(Reason.MalformedRequest, Judge(good with { Body = default }, ever));
            Assert.Equal(Reason.MalformedRequest, Judge(good with { Body = new byte[SignedRequest.MaxBodyBytes + 1] }, ever));
            Assert.Equal(Reason.BadClientSignature, Judge(good with { Body = new byte[SignedRequest.MaxBodyBytes] }, ever));
            Assert.Equal(Reason.BadClientSignature, Judge(good with { Signature = forged }, ever));
            Assert.Equal(Reason.BadClientSignature, Judge(good with { Signature = good.Signature[1..] }, ever));
            Assert.Equal(Reason.UnknownClient, Judge(good with { Client = new(Fill(1)) }, ever));
            Assert.Equal(Reason.WrongCluster, Judge(other, ever));
            Assert.Equal(Reason.NotEntitled, Judge(_mini.Sign(new AdministratorAction.CancelJob(default)), ever));
        }
        var expired = _mini.Sign(_mini.Creation(2, 3), change: body => body with { IssuedAt = body.IssuedAt.AddHours(-2), ExpiresAt = body.IssuedAt.AddHours(-1) });
        Assert.Equal(Reason.RequestExpired, Judge(expired));
        Assert.Equal(Reason.RequestExpired, Judge(expired, door: Door.Peer));
        Assert.Null(Judge(expired, ever: true));
    }

    [Fact]
    public void Refuses_signed_bytes_that_are_no_body()
    {
        using var key = IdentityKey.FromSeed(Enumerable.Repeat((byte)9, 32).ToArray());
        var client = new RosterClient(new(SHA256.HashData(key.PublicKey.Bytes)), "raw", key.PublicKey.Bytes.ToArray(), [], MayCreateKeys: true);
        var setup = _mini.Nodes[0].NewSetup();
        var gate = new RequestGate(new(setup with { FileRoster = setup.FileRoster with { Clients = [client] } }));
        byte[] body = [1, 2, 3];
        var signed = new SignedRequest(body, client.Id, key.Sign(RequestStatements.ClientRequest(body)));
        Assert.False(gate.TryAuthenticate(signed, Door.Client, _mini.Now, out var request, out var error));
        Assert.Null(request);
        Assert.Equal(Reason.MalformedRequest, error.Reason);
    }

    /// <summary>The coordinator goes by its own clock; the others allow for its being ahead or behind.</summary>
    [Fact]
    public void Every_bound_of_time_holds_to_the_tick()
    {
        var settings = new MachineSettings();
        var now = _mini.Now;
        var allowed = settings.MaxClockDifference;
        var tick = TimeSpan.FromTicks(1);
        var body = new RequestBody(default, "", now, now + TimeSpan.FromHours(1), "", _mini.Creation(2, 3));
        Reason? At(DateTimeOffset moment, Door door, RequestBody of) => RequestTimes.Judge(settings, of, door, moment)?.Reason;
        foreach (var door in new[] { Door.Client, Door.Peer })
        {
            Assert.Null(At(now - allowed, door, body));
            Assert.Equal(Reason.ClockSkew, At(now - allowed - tick, door, body));
            Assert.Equal(Reason.MalformedRequest, At(now, door, body with { ExpiresAt = now }));
            Assert.Null(At(now, door, body with { ExpiresAt = now + tick }));
            Assert.Null(At(now, door, body with { ExpiresAt = now + RequestBody.MaxLife }));
            Assert.Equal(Reason.ExpiryTooFar, At(now, door, body with { ExpiresAt = now + RequestBody.MaxLife + tick }));
            var last = body.ExpiresAt + (door == Door.Peer ? allowed : TimeSpan.Zero);
            Assert.Null(At(last, door, body));
            Assert.Equal(Reason.RequestExpired, At(last + tick, door, body));
        }
    }

    private static Bytes32 Fill(byte value) => new(Enumerable.Repeat(value, 32).ToArray());
}
