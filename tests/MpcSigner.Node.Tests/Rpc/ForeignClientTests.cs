using System.Text.Json;
using Grpc.Core;
using Grpc.Health.V1;
using MpcSigner.Rpc.Server;
using Xunit;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>Clients that we did not write, @grpc/grpc-js and Python's grpcio, call our server over mutual TLS 1.3.</summary>
public sealed class ForeignClientTests
{
    private const string Service = "mpcsigner.rpctest.v1.RpcTest/";

    public static TheoryData<string> Clients => ["grpc-js", "grpcio"];

    [Theory, MemberData(nameof(Clients))]
    public async Task Unary_with_metadata(string judge)
    {
        await using var host = await RpcHost.StartAsync();
        var result = await Foreign(judge, host).CallAsync(
            Service + "Echo", "--request", """{"payload":"aGVsbG8="}""", "--deadline", "30000",
            "--metadata", "echo-text=some text", "--metadata", "echo-bytes-bin=AP8K", "--metadata", "head-line=early");
        AssertCode(StatusCode.OK, result);
        Assert.Equal("aGVsbG8=", Messages(result).Single().GetProperty("payload").GetString());
        Assert.Equal("some text", result.GetProperty("trailers").GetProperty("echo-text")[0].GetString());
        Assert.Equal("AP8K", result.GetProperty("trailers").GetProperty("echo-bytes-bin")[0].GetString());
        Assert.Equal("early", result.GetProperty("headers").GetProperty("head-line")[0].GetString());
        Assert.Equal(host.ClientCertificate.RawData, host.Service.LastPeerCertificate);
        Assert.InRange(host.Service.LastDeadline, DateTime.UtcNow, DateTime.UtcNow.AddSeconds(31));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Streams(string judge)
    {
        await using var host = await RpcHost.StartAsync();
        var foreign = Foreign(judge, host);

        var result = await foreign.CallAsync(Service + "Count", "--request", """{"count":500,"size":1000}""");
        AssertCode(StatusCode.OK, result);
        Assert.Equal(Enumerable.Range(0, 500), Messages(result).Select(m => m.GetProperty("index").GetInt32()));

        string[] requests = [.. Enumerable.Range(0, 50).SelectMany(i => new[] { "--request", $$"""{"payload":"{{Convert.ToBase64String([(byte)i])}}"}""" })];
        result = await foreign.CallAsync(Service + "Sum", requests);
        AssertCode(StatusCode.OK, result);
        Assert.Equal(Convert.ToBase64String([.. Enumerable.Range(0, 50).Select(i => (byte)i)]), Messages(result).Single().GetProperty("payload").GetString());

        result = await foreign.CallAsync(Service + "Chat", ["--lockstep", .. requests]);
        AssertCode(StatusCode.OK, result);
        Assert.Equal(
            Enumerable.Range(0, 50).Select(i => Convert.ToBase64String([(byte)i])),
            Messages(result).Select(m => m.GetProperty("payload").GetString()));
        Assert.Equal(0, host.Service.Running);
        Assert.Empty(host.Log.Lines);
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Deadline(string judge)
    {
        await using var host = await RpcHost.StartAsync();
        AssertCode(StatusCode.DeadlineExceeded, await Foreign(judge, host).CallAsync(
            Service + "Echo", "--request", """{"delay_ms":60000}""", "--deadline", "2000"));
        await DeadlineAndCancellationTests.EventuallyAsync(() => host.Service is { Running: 0, Cancelled: 1 });
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Cancellation(string judge)
    {
        await using var host = await RpcHost.StartAsync();
        var foreign = Foreign(judge, host);
        AssertCode(StatusCode.Cancelled, await foreign.CallAsync(Service + "Echo", "--request", """{"delay_ms":60000}""", "--cancel-after-ms", "1500"));
        await DeadlineAndCancellationTests.EventuallyAsync(() => host.Service.Running == 0);

        var result = await foreign.CallAsync(Service + "Count", "--request", """{"count":4000000000,"size":1000}""", "--cancel-after", "3");
        AssertCode(StatusCode.Cancelled, result);
        Assert.True(Messages(result).Count() >= 3);
        await DeadlineAndCancellationTests.EventuallyAsync(() => host.Service.Running == 0);

        result = await foreign.CallAsync(Service + "Chat", "--request", """{"payload":"AA=="}""", "--request", """{"payload":"AQ=="}""", "--cancel-after", "2");
        AssertCode(StatusCode.Cancelled, result);
        await DeadlineAndCancellationTests.EventuallyAsync(() => host.Service.Running == 0);
        Assert.Empty(host.Log.Lines);
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Too_large_a_message(string judge)
    {
        await using var host = await RpcHost.StartAsync(new RpcServerOptions { MaxReceiveMessageSize = 1000, MaxSendMessageSize = 2000 });
        var foreign = Foreign(judge, host);
        var large = $$"""{"payload":"{{Convert.ToBase64String(new byte[50_000])}}"}""";
        foreach (var method in new[] { "Echo", "Count", "Sum", "Chat" })
        {
            var result = await foreign.CallAsync(Service + method, "--request", large);
            AssertCode(StatusCode.ResourceExhausted, result);
            Assert.Contains("1000 are received", result.GetProperty("details").GetString(), StringComparison.Ordinal);
        }

        AssertCode(StatusCode.ResourceExhausted, await foreign.CallAsync(Service + "Echo", "--request", """{"size":3000}"""));
        AssertCode(StatusCode.ResourceExhausted, await foreign.CallAsync(Service + "Echo", "--request", """{"size":1500}""", "--max-receive", "1000"));
        AssertCode(StatusCode.OK, await foreign.CallAsync(Service + "Echo", "--request", """{"size":1500}"""));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Refusals(string judge)
    {
        await using var host = await RpcHost.StartAsync();
        var foreign = Foreign(judge, host);
        AssertCode(StatusCode.Unimplemented, await foreign.CallAsync(Service + "Echo", "--request", "{}", "--path", "/mpcsigner.rpctest.v1.RpcTest/Nothing"));
        AssertCode(StatusCode.Unimplemented, await foreign.CallAsync(Service + "Echo", "--request", "{}", "--path", "/no.Such/Service"));

        foreach (var after in new[] { 0, 3 })
        {
            var result = await foreign.CallAsync(
                Service + "FailStream", "--request", $$"""{"code":9,"detail":"100% ü€😀\nsecond line","details_bin":"CAkS+w==","after":{{after}}}""");
            AssertCode(StatusCode.FailedPrecondition, result);
            Assert.Equal("100% ü€😀\nsecond line", result.GetProperty("details").GetString());
            Assert.Equal("CAkS+w==", result.GetProperty("trailers").GetProperty("grpc-status-details-bin")[0].GetString());
            Assert.Equal(after, Messages(result).Count());
        }

        var leak = await foreign.CallAsync(Service + "Fail", "--request", """{"code":100}""");
        AssertCode(StatusCode.Unknown, leak);
        Assert.DoesNotContain(RpcTestService.SecretText, leak.GetRawText(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Rejects_clients_without_a_good_certificate(string judge)
    {
        await using var host = await RpcHost.StartAsync();
        using var others = new Certificates();
        foreach (var certificate in new[] { null, host.Certificates.Make("old", -2, -1), others.Make("stranger") })
        {
            var foreign = Foreign(judge, host).As(host.Certificates, certificate);
            AssertCode(StatusCode.Unavailable, await foreign.CallAsync(Service + "Echo", "--request", "{}"));
        }

        Assert.Null(host.Service.LastHeaders);
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task Health_is_checked_and_watched(string judge)
    {
        var health = new TestHealth();
        await using var host = await RpcHost.StartAsync(null, Health.BindService(health));
        var foreign = Foreign(judge, host).OfWire("grpc/health/v1/health.proto");
        var result = await foreign.CallAsync("grpc.health.v1.Health/Check", "--request", "{}");
        AssertCode(StatusCode.OK, result);
        Assert.Equal("SERVING", Messages(result).Single().GetProperty("status").GetString());
        AssertCode(StatusCode.NotFound, await foreign.CallAsync("grpc.health.v1.Health/Check", "--request", """{"service":"nothing"}"""));
        health.Stop();
        result = await foreign.CallAsync("grpc.health.v1.Health/Watch", "--request", "{}");
        AssertCode(StatusCode.OK, result);
        Assert.Equal(["SERVING", "NOT_SERVING"], Messages(result).Select(m => m.GetProperty("status").GetString()));
    }

    private static ForeignCall Foreign(string judge, RpcHost host) =>
        new ForeignCall(judge, host.Address.Authority, host.Certificates.AuthorityPath).As(host.Certificates, host.ClientCertificate);

    private static IEnumerable<JsonElement> Messages(JsonElement result) => result.GetProperty("messages").EnumerateArray();

    private static void AssertCode(StatusCode expected, JsonElement result)
    {
        var code = (StatusCode)result.GetProperty("code").GetInt32();
        Assert.True(expected == code, $"{expected} was expected; the judge saw {code}: {result.GetProperty("details").GetString()}");
    }
}
