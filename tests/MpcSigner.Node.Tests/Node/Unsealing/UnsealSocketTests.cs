using System.Net.Sockets;
using System.Text;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tests.Storage;
using MpcSigner.Node.Unsealing;
using Xunit;

namespace MpcSigner.Node.Tests.RunningNode.Unsealing;

public sealed class UnsealSocketTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly QuorumScene _scene = new();

    private string PathOfSocket => Path.Combine(_folder.Path, "unseal.sock");

    private UnsealSocket Open() => UnsealSocket.Open(PathOfSocket, _scene.Unsealing, TimeProvider.System, _scene);

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        socket.Connect(new UnixDomainSocketEndPoint(PathOfSocket));
        return socket;
    }

    private static async Task<byte[]> ToEndAsync(Socket socket)
    {
        using var read = new MemoryStream();
        var piece = new byte[1_024];
        for (var length = await socket.ReceiveAsync(piece); length > 0; length = await socket.ReceiveAsync(piece))
            read.Write(piece, 0, length);
        return read.ToArray();
    }

    private async Task<UnsealAnswer> AskAsync(params byte[] bytes)
    {
        using var socket = Connect();
        try
        {
            await socket.SendAsync(bytes);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It answers as soon as it has read too much, and the rest finds nobody.
        }
        Assert.True(UnsealWire.TryDecode(await ToEndAsync(socket), out var answer));
        return answer;
    }

    private Task<UnsealAnswer> GiveAsync(string line) => AskAsync([UnsealWire.GiveShare, .. Encoding.UTF8.GetBytes(line)]);

    [Fact]
    public async Task Opens_at_the_third_share_and_leaves_no_file()
    {
        await using (Open())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOfSocket));
            Assert.Equal((UnsealVerdict.Standing, 0), ((await AskAsync(UnsealWire.AskStanding)).Verdict, (await AskAsync(UnsealWire.AskStanding)).Given));
            Assert.Equal(UnsealVerdict.Taken, (await GiveAsync(_scene.Share(1) + "\n")).Verdict);
            Assert.Equal(UnsealVerdict.Taken, (await GiveAsync(_scene.Share(2).ToLowerInvariant())).Verdict);
            var standing = await AskAsync(UnsealWire.AskStanding);
            Assert.Equal((2, 3), (standing.Given, standing.Needed));
            Assert.Contains("operators 1, 2", standing.Message, StringComparison.Ordinal);
            Assert.Equal(UnsealVerdict.Complete, (await GiveAsync(_scene.Share(3))).Verdict);
        }
        Assert.True(_scene.Unsealing.Secret.IsCompletedSuccessfully);
        Assert.False(File.Exists(PathOfSocket));
    }

    [Fact]
    public async Task Rejects_bytes_that_are_no_question_and_goes_on()
    {
        await using var socket = Open();
        byte[][] bad =
        [
            [], [0], [(byte)'S'], [(byte)'S', (byte)'\n'], [(byte)'X', .. new byte[100]], [(byte)'S', .. new byte[QuorumShare.MaxTextLength]],
            [(byte)'S', .. Enumerable.Repeat((byte)'A', QuorumShare.MaxTextLength + 1)], [(byte)'S', .. new byte[8 << 10]], [(byte)'S', 0xff, 0xfe, 0x80],
            Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"),
        ];
        foreach (var bytes in bad)
        {
            var answer = await AskAsync(bytes);
            Assert.Equal((UnsealVerdict.Unreadable, 0), (answer.Verdict, answer.Given));
        }
        Assert.Equal(UnsealVerdict.Taken, (await GiveAsync(_scene.Share(1))).Verdict);
    }

    [Fact]
    public async Task A_flood_of_silent_connections_is_cut_off_and_an_operator_is_served()
    {
        await using var open = UnsealSocket.Open(PathOfSocket, _scene.Unsealing, _scene.Time, _scene);
        var silent = Enumerable.Range(0, 2 * UnsealSocket.MaxConnections).Select(_ => Connect()).ToList();
        try
        {
            await silent[0].SendAsync(new byte[] { UnsealWire.GiveShare, (byte)'M' }); // begins, and never ends
            await WaitForAsync(() => _scene.Time.Timers == UnsealSocket.MaxConnections);
            var given = GiveAsync(_scene.Share(1));
            // Two waves of them hold the places for the limit each, and no longer.
            for (var wave = 0; wave < 2; wave++)
            {
                await WaitForAsync(() => _scene.Time.Timers == UnsealSocket.MaxConnections);
                Assert.False(given.IsCompleted);
                _scene.Time.Advance(UnsealSocket.ConnectionLimit);
            }
            Assert.Equal(UnsealVerdict.Taken, (await given).Verdict);
        }
        finally
        {
            silent.ForEach(s => s.Dispose());
        }
    }

    [Fact]
    public async Task Rejects_a_second_process_and_replaces_what_a_killed_one_left()
    {
        await using (Open())
        {
            var refused = Assert.Throws<StartRefusedException>(Open);
            Assert.Equal(ExitCode.StoreInUse, refused.Code);
            Assert.True(File.Exists(PathOfSocket));
        }
        using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            killed.Bind(new UnixDomainSocketEndPoint(PathOfSocket));
            File.Move(PathOfSocket, PathOfSocket + ".left"); // .NET deletes the file of a socket that it closes
        }
        File.Move(PathOfSocket + ".left", PathOfSocket);
        await using (Open())
            Assert.Equal(UnsealVerdict.Taken, (await GiveAsync(_scene.Share(1))).Verdict);
    }

    [Fact]
    public void Rejects_a_path_that_is_too_long_for_a_socket()
    {
        var refused = Assert.Throws<StartRefusedException>(() => UnsealSocket.Open("/tmp/" + new string('x', 120), _scene.Unsealing, TimeProvider.System, _scene));
        Assert.Equal(ExitCode.BadOptions, refused.Code);
    }

    [Fact]
    public void Rejects_answers_that_no_node_gives()
    {
        foreach (var text in (string[])["", "{}", "[]", "null", "{\"verdict\":\"Nonsense\",\"operator\":0,\"given\":0,\"needed\":0,\"message\":\"\"}", "{\"verdict\":2}", "{\"verdict\":\"Taken\",\"operator\":\"x\"}"])
            Assert.False(UnsealWire.TryDecode(Encoding.UTF8.GetBytes(text), out _), text);
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        for (var i = 0; i < 3_000 && !condition(); i++)
            await Task.Delay(10);
        Assert.True(condition());
    }

    public void Dispose()
    {
        _scene.Dispose();
        _folder.Dispose();
    }
}
