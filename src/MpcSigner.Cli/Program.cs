Console.WriteLine("mpcsigner");
